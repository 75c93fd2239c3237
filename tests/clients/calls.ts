// Calls every operation of the blog by the client that was generated for TypeScript; prints the operations, one a line.
import { client } from './client/client.gen';
import * as sdk from './client/sdk.gen';

type Answer<Data> = { data?: Data; error?: unknown; response?: Response };

client.setConfig({ baseUrl: process.argv[2] });

async function call<Data>(operation: string, status: number, asked: Promise<Answer<Data>>): Promise<NonNullable<Data>> {
  const { data, error, response } = await asked;
  if (response?.status !== status) throw new Error(`${operation}: ${response?.status} ${JSON.stringify(error)}`);
  console.log(operation);
  return data as NonNullable<Data>;
}

function equal(found: unknown, expected: unknown): void {
  if (found !== expected) throw new Error(`found ${found}, expected ${expected}`);
}

async function main(): Promise<void> {
  const person = { email: 'eve@example.com', password: 'difference-engine-1822' };
  const registered = await call('auth_register', 201, sdk.authRegister({ body: { ...person, name: 'Eve' } }));
  const first = await call('auth_login', 200, sdk.authLogin({ body: person }));
  const body = { refresh_token: first.data.refresh_token };
  const grant = await call('auth_refresh', 200, sdk.authRefresh({ body }));
  // Routes take an API key as well; the client has none.
  client.setConfig({ auth: (scheme) => (scheme.type === 'http' ? grant.data.token : undefined) });
  equal((await call('auth_me', 200, sdk.authMe())).data.id, registered.data.id);

  const created = await call('posts_create_post', 201, sdk.postsCreatePost({ body: { title: 'Notes', body: 'On it' } }));
  const path = { post_id: created.data.id };
  const changed = await call('posts_change_post', 200, sdk.postsChangePost({ path, body: { title: 'Notes, again' } }));
  equal(changed.data.title, 'Notes, again');
  const said = await call('comments_create_comment', 201, sdk.commentsCreateComment({ path, body: { body: 'Well' } }));
  const below = { ...path, comment_id: said.data.id };
  await call('comments_change_comment', 200, sdk.commentsChangeComment({ path: below, body: { body: 'Very well' } }));
  equal((await call('posts_get_post', 200, sdk.postsGetPost({ path }))).data.comments[0].body, 'Very well');
  const posts = await call('posts_list_posts', 200, sdk.postsListPosts({ query: { sort: '-title', user_id: registered.data.id } }));
  equal(posts.data.pagination.total, 1);
  const comments = await call('comments_list_comments', 200, sdk.commentsListComments({ path, query: { cursor: '' } }));
  equal(comments.data.items[0].id, said.data.id);
  const dot = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==', 'base64');
  const file = new File([dot], 'dot.png', { type: 'image/png' });
  const picture = await call('pictures_add_picture', 201, sdk.picturesAddPicture({ path, body: { file } }));
  const pictures = await call('pictures_list_pictures', 200, sdk.picturesListPictures({ path }));
  equal(pictures.data[0].id, picture.data.id);
  await call('pictures_delete_picture', 200, sdk.picturesDeletePicture({ path: { ...path, picture_id: picture.data.id } }));
  await call('comments_delete_comment', 200, sdk.commentsDeleteComment({ path: below }));
  await call('posts_delete_post', 200, sdk.postsDeletePost({ path }));
  const user = { user_id: registered.data.id };
  equal((await call('users_get_user', 200, sdk.usersGetUser({ path: user }))).data.id, registered.data.id);
  await call('USERS_LIST', 200, sdk.usersListFunction());
  await call('front_page_list_latest_posts', 200, sdk.frontPageListLatestPosts());

  const key = await call('auth_create_key', 201, sdk.authCreateKey({ body: { name: 'CI', scopes: ['read'] } }));
  await call('auth_list_keys', 200, sdk.authListKeys());
  await call('auth_revoke_key', 200, sdk.authRevokeKey({ path: { key_id: key.data.id } }));
  equal((await call('auth_update_me', 200, sdk.authUpdateMe({ body: { name: 'Eve B.' } }))).data.name, 'Eve B.');
  await call('auth_export_me', 200, sdk.authExportMe());
  await call('auth_list_sessions', 200, sdk.authListSessions());
  await call('auth_end_session', 404, sdk.authEndSession({ path: { session_id: 'A'.repeat(22) } }));
  await call('auth_reset_password', 200, sdk.authResetPassword({ body: { email: person.email } }));
  const token = 'a-token-that-nobody-was-sent';
  const next = 'difference-engine-1823';
  await call('auth_confirm_reset', 400, sdk.authConfirmReset({ body: { token, password: next } }));
  await call('auth_verify_email', 400, sdk.authVerifyEmail({ body: { token } }));
  await call('auth_resend_verification', 200, sdk.authResendVerification());
  const other = { email: 'babbage@example.com', password: person.password };
  await call('auth_change_email', 200, sdk.authChangeEmail({ body: other }));
  const passwords = { current_password: person.password, new_password: next };
  await call('auth_change_password', 200, sdk.authChangePassword({ body: passwords }));
  await call('auth_delete_me', 202, sdk.authDeleteMe());
  await call('auth_logout', 200, sdk.authLogout());
  const again = await call('auth_login', 200, sdk.authLogin({ body: { ...person, password: next } }));
  client.setConfig({ auth: (scheme) => (scheme.type === 'http' ? again.data.token : undefined) });
  await call('auth_logout_all', 200, sdk.authLogoutAll());
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
