from beastmode.mail import Message, send_mail


def send_email(message: Message) -> None:
    """Send an email about an account: every one passes through here."""
    send_mail(message)
