-- What PostgreSQL has to know of the queues of devices. Compatible with: the schema before.
-- No samples of ciphertexts are to be kept for the planner, and they are not worth compressing.

-- +goose Up
ALTER TABLE device_queue ALTER COLUMN data SET STATISTICS 0;
ALTER TABLE device_queue ALTER COLUMN room SET STATISTICS 0;
ALTER TABLE device_queue ALTER COLUMN data SET STORAGE EXTERNAL;
ALTER TABLE device_queue SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 100,
	autovacuum_vacuum_cost_delay = 0, toast.autovacuum_vacuum_scale_factor = 0, toast.autovacuum_vacuum_threshold = 100);

-- +goose Down
ALTER TABLE device_queue RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold, autovacuum_vacuum_cost_delay,
	toast.autovacuum_vacuum_scale_factor, toast.autovacuum_vacuum_threshold);
ALTER TABLE device_queue ALTER COLUMN data SET STORAGE EXTENDED;
ALTER TABLE device_queue ALTER COLUMN room SET STATISTICS -1;
ALTER TABLE device_queue ALTER COLUMN data SET STATISTICS -1;
