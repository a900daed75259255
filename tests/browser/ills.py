"""A registry that fails where a test wants it to: what people then see, and that nothing is half done."""
import contextlib
import itertools

numbers = itertools.count(1)


@contextlib.contextmanager
def without(registry, *tables):
    """Those tables are not there meanwhile: whoever asks them fails, and nobody else."""
    registry.sql("RENAME TABLE " + ", ".join(f"{table} TO {table}_away" for table in tables))
    try:
        yield
    finally:
        registry.sql("RENAME TABLE " + ", ".join(f"{table}_away TO {table}" for table in tables))


@contextlib.contextmanager
def refusing(registry, what, table):
    """INSERT, UPDATE or DELETE of rows of a table fails meanwhile: what is read is there, what is written is not."""
    name = f"test_refuses_{next(numbers)}"
    registry.sql(f"CREATE TRIGGER {name} BEFORE {what} ON {table} FOR EACH ROW "
                 "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'a test refuses it'")
    try:
        yield
    finally:
        registry.sql(f"DROP TRIGGER {name}")
