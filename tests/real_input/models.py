"""A help desk as such teams write it: SQLAlchemy and SQLModel side by side, 17 tables, made with create_all.

    python models.py URL        makes the tables and puts rows into them
"""

import datetime
import decimal
import enum
import sys
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, declarative_base, mapped_column
from sqlmodel import Field, SQLModel

Base = declarative_base(metadata=SQLModel.metadata)


class TicketStatus(enum.Enum):
    OPEN = "open"
    CLOSED = "closed"


class Channel(enum.Enum):
    EMAIL = "email"
    CHAT = "chat"


class Organization(SQLModel, table=True):
    __tablename__ = "organizations"
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=120, unique=True)
    city: str | None = None


class Setting(SQLModel, table=True):
    __tablename__ = "settings"
    key: str = Field(primary_key=True, max_length=64)
    value: str


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organizations.id", ondelete="SET NULL"))
    manager_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    name: Mapped[str] = mapped_column(sa.String(80))
    email: Mapped[str] = mapped_column(sa.String(120), unique=True, index=True)
    active: Mapped[bool] = mapped_column(server_default=sa.true())
    created_at: Mapped[datetime.datetime] = mapped_column(sa.DateTime(timezone=True), server_default=sa.func.now())


class Team(Base):
    __tablename__ = "teams"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    lead_id: Mapped[int | None] = mapped_column(sa.ForeignKey("members.id", use_alter=True, name="fk_teams_lead"))


class Member(Base):
    __tablename__ = "members"
    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int] = mapped_column(sa.ForeignKey("teams.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    __table_args__ = (sa.UniqueConstraint("team_id", "user_id", name="uq_members_team_user"),)


class Ticket(Base):
    __tablename__ = "tickets"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    requester_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(sa.Text)
    note: Mapped[str | None] = mapped_column(sa.Text)
    priority: Mapped[str] = mapped_column(sa.Text)
    status: Mapped[TicketStatus] = mapped_column(
        sa.Enum(TicketStatus, name="ticket_status", create_constraint=True), server_default="OPEN"
    )
    payload: Mapped[dict] = mapped_column(sa.JSON)
    watchers: Mapped[list] = mapped_column(sa.ARRAY(sa.String(40)).with_variant(sa.JSON(), "sqlite"))
    estimate: Mapped[decimal.Decimal | None] = mapped_column(sa.Numeric(10, 2))
    points: Mapped[int] = mapped_column(server_default=sa.text("0"))
    legacy_code: Mapped[str | None] = mapped_column(sa.String(20))
    __table_args__ = (
        sa.CheckConstraint("points >= 0", name="ck_tickets_points"),
        sa.Index("ix_tickets_open", "requester_id", postgresql_where=sa.text("note IS NULL"), sqlite_where=sa.text("note IS NULL")),
    )


ticket_tags = sa.Table(
    "ticket_tags",
    Base.metadata,
    sa.Column("ticket_id", sa.ForeignKey("tickets.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("tag_id", sa.ForeignKey("tags.id", ondelete="CASCADE"), primary_key=True),
)


class Tag(Base):
    __tablename__ = "tags"
    id: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(sa.String(40), unique=True)


class Comment(Base):
    __tablename__ = "comments"
    id: Mapped[int] = mapped_column(sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True)
    ticket_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("tickets.id", ondelete="CASCADE"), index=True)
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id", ondelete="SET NULL"))
    body: Mapped[str] = mapped_column(sa.Text)
    channel: Mapped[Channel] = mapped_column(sa.Enum(Channel, name="channel"))


class Attachment(Base):
    __tablename__ = "attachments"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    comment_id: Mapped[int] = mapped_column(sa.ForeignKey("comments.id", ondelete="CASCADE"))
    content: Mapped[bytes] = mapped_column(sa.LargeBinary)
    size: Mapped[int] = mapped_column(sa.BigInteger)


class Category(Base):
    __tablename__ = "categories"
    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("categories.id"))
    name: Mapped[str] = mapped_column(sa.String(60))


class Article(Base):
    __tablename__ = "articles"
    id: Mapped[int] = mapped_column(primary_key=True)
    category_id: Mapped[int] = mapped_column(sa.ForeignKey("categories.id"))
    slug: Mapped[str] = mapped_column(sa.String(120))
    body: Mapped[str] = mapped_column(sa.Text, server_default="")
    published_on: Mapped[datetime.date | None]
    __table_args__ = (sa.Index("ix_articles_slug", sa.text("lower(slug)"), unique=True),)


class Shift(Base):
    __tablename__ = "shifts"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    starts_at: Mapped[datetime.time]
    ends_at: Mapped[datetime.time]


class Rating(Base):
    __tablename__ = "ratings"
    ticket_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("tickets.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), primary_key=True)
    stars: Mapped[int] = mapped_column(sa.SmallInteger)
    weight: Mapped[float | None]


class AuditLog(Base):
    __tablename__ = "audit_logs"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime.datetime] = mapped_column(sa.DateTime, server_default=sa.func.now())
    entry: Mapped[dict | None] = mapped_column(sa.JSON)


class ApiKey(Base):
    __tablename__ = "api_keys"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"))
    digest: Mapped[str] = mapped_column(sa.String(64), unique=True)


class Holiday(Base):
    __tablename__ = "holidays"
    day: Mapped[datetime.date] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(60))


def main(url: str) -> None:
    engine = sa.create_engine(url)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(Organization(id=1, name="Acme", city="Bern"))
        session.flush()
        for number, name in enumerate(["Ann", "Bob", "Eve"], start=1):
            session.add(User(id=number, organization_id=1, name=name, email=f"{name.lower()}@example.org"))
        session.flush()
        session.add(Tag(id=1, label="billing"))
        for number, priority in enumerate(["high", "normal", "low", "normal"]):
            ticket = Ticket(
                id=uuid.UUID(int=number + 1),
                requester_id=number % 3 + 1,
                title=f"ticket {number}",
                note=None if number % 2 else "called back",
                priority=priority,
                payload={"n": number},
                watchers=["ann", "bob"],
                legacy_code="L1",
            )
            session.add(ticket)
            session.flush()
            session.execute(ticket_tags.insert().values(ticket_id=ticket.id, tag_id=1))
            session.add(Comment(id=number + 1, ticket_id=ticket.id, author_id=1, body="hello", channel=Channel.CHAT))
        session.commit()


if __name__ == "__main__":
    main(sys.argv[1])
