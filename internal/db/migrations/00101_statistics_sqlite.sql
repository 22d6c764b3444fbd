-- What SQLite has to know of the tables to choose among their indexes. Compatible with: the schema before.
-- Without numbers it takes all logs for short and reads them from end to end along the primary key. These are not counted
-- but typical ones, so that the plans are the same for small and large installations.

-- +goose Up
ANALYZE id_range; -- makes the table of the statistics
DELETE FROM sqlite_stat1;
-- Rows, and how many of them are alike in the first column of the index, in the first two, and so on.
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
	('message', 'message',        '10000000 5000 1'),
	('message', 'message_peer',   '10000000 5000 200 1'),
	('message', 'message_random', '5000000 2500 1 1'),
	('message', 'message_media',  '1000000 500 50 10 1'),
	('message', 'message_link',   '500000 250 20 1 1'),
	('message', 'message_thread', '1000000 2000 50 1 1'),
	('message', 'message_author', '5000000 5000 5000 100 1'),
	('message', 'message_number', '3000000 2000 100 1'),
	('update_log', 'update_log',        '10000000 2000 1 1'),
	('update_log', 'update_log_hidden', '100000 100 1');
ANALYZE sqlite_schema; -- reads them in

-- +goose Down
DELETE FROM sqlite_stat1 WHERE tbl IN ('message', 'update_log');
