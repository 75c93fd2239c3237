-- The rows of http/schema.sql, ids included, for tables that the blog's own migrations made. Run in one transaction: a run
-- that was killed leaves nothing behind, and whatever an incomplete table held is gone.
truncate users, profiles, posts, comments cascade;
insert into profiles (id, bio, avatar_url)
    select i, 'Writes about topic ' || i, 'https://cdn.example.com/a/' || i || '.png' from generate_series(1, 10000) i;
insert into users (id, email, name, is_active, created_at, profile_id)
    select i, 'user' || i || '@example.com', 'User ' || i, true, now(), i from generate_series(1, 10000) i;
insert into posts (id, user_id, title, body, created_at)
    select i, 1 + i % 10000, 'Post number ' || i, repeat('Lorem ipsum dolor sit amet. ', 8), now()
    from generate_series(1, 100000) i;
insert into comments (id, post_id, user_id, body, created_at)
    select i, 1 + i % 100000, 1 + (i * 7) % 10000, 'Comment ' || i, now() from generate_series(1, 300000) i;
select setval(pg_get_serial_sequence('profiles', 'id'), 10000);
select setval(pg_get_serial_sequence('users', 'id'), 10000);
select setval(pg_get_serial_sequence('posts', 'id'), 100000);
select setval(pg_get_serial_sequence('comments', 'id'), 300000);
