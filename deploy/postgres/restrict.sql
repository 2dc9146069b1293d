-- restrict.sql: after each `sallyport migrate`, as the owner. What the program
-- may not do even to tables that it writes (docs/database.md).
REVOKE UPDATE, DELETE ON entries FROM sallyport;
REVOKE DELETE ON words FROM sallyport;
REVOKE INSERT, UPDATE, DELETE ON goose_db_version FROM sallyport;
