package db

import (
	"context"
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"net/url"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
)

// rollbackLimit bounds the end of a transaction that failed.
const rollbackLimit = 5 * time.Second

// A postgresConn runs the statements of one transaction. Statements whose answer nobody waits for are pending: they
// travel with the next one that has an answer, or with the commit. So a transaction costs a trip to the database
// for each answer that it needs, and its BEGIN none.
type postgresConn struct {
	ctx     context.Context // of the transaction, instead of those of its statements
	conn    *pgx.Conn
	pending *pgx.Batch
	begun   bool
	ended   bool
}

func hasPoolSize(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Query().Has("pool_max_conns")
}

// exec implements conn.
func (c *postgresConn) exec(_ context.Context, sql string, args []any) (n int64, err error) {
	if c.pending.Len() == 0 {
		tag, err := c.conn.Exec(c.ctx, sql, args...)
		return tag.RowsAffected(), postgresError(err)
	}
	c.pending.Queue(sql, args...)
	err = c.flush(1, func(r pgx.BatchResults) error {
		tag, err := r.Exec()
		n = tag.RowsAffected()
		return err
	})
	return n, err
}

// query implements conn.
func (c *postgresConn) query(_ context.Context, sql string, args []any) ([][]any, error) {
	if c.pending.Len() == 0 {
		rows, err := c.conn.Query(c.ctx, sql, args...)
		if err != nil {
			return nil, postgresError(err)
		}
		all, err := collect(rows)
		return all, postgresError(err)
	}
	answers, err := c.queryEach(sql, [][]any{args})
	if err != nil {
		return nil, err
	}
	return answers[0], nil
}

// queue implements pipeliner.
func (c *postgresConn) queue(sql string, args []any) { c.pending.Queue(sql, args...) }

// queryEach implements pipeliner.
func (c *postgresConn) queryEach(sql string, lists [][]any) (answers [][][]any, err error) {
	for _, args := range lists {
		c.pending.Queue(sql, args...)
	}
	err = c.flush(len(lists), func(r pgx.BatchResults) error {
		rows, err := r.Query()
		if err != nil {
			return err
		}
		all, err := collect(rows)
		answers = append(answers, all)
		return err
	})
	return answers, err
}

// flush sends what is pending, in one trip, and calls take for each of the answers that are waited for: the last n.
func (c *postgresConn) flush(n int, take func(pgx.BatchResults) error) error {
	batch := c.pending
	c.pending, c.begun = &pgx.Batch{}, true
	r := c.conn.SendBatch(c.ctx, batch)
	var err error
	for i := range batch.Len() {
		if i >= batch.Len()-n {
			err = take(r)
		} else {
			_, err = r.Exec()
		}
		if err != nil {
			break
		}
	}
	if closing := r.Close(); err == nil {
		err = closing
	}
	return postgresError(err)
}

// commit sends what is pending together with the COMMIT. Where a statement fails, PostgreSQL skips those behind it.
func (c *postgresConn) commit() error {
	if !c.begun && c.pending.Len() == 1 { // nothing but the BEGIN
		c.ended = true
		return nil
	}
	c.pending.Queue("commit")
	err := c.flush(1, func(r pgx.BatchResults) error {
		tag, err := r.Exec()
		if err == nil && tag.String() != "COMMIT" {
			return errors.New("the transaction was rolled back")
		}
		return err
	})
	c.ended = err == nil
	return err
}

// rollback ends the transaction unless it is committed. A connection that fails in that is closed by the pool.
func (c *postgresConn) rollback() {
	if c.ended || !c.begun || c.conn.IsClosed() {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.ctx), rollbackLimit)
	defer cancel()
	_, _ = c.conn.Exec(ctx, "rollback")
}

// collect reads rows to their end.
func collect(rows pgx.Rows) (all [][]any, err error) {
	defer rows.Close()
	fields := rows.FieldDescriptions()
	for rows.Next() {
		row := make([]any, len(fields))
		for i, raw := range rows.RawValues() {
			if row[i], err = column(rows, &fields[i], raw); err != nil {
				return nil, fmt.Errorf("column %s: %w", fields[i].Name, err)
			}
		}
		all = append(all, row)
	}
	return all, rows.Err()
}

// column reads one value as a conn returns it. What is common is read here, the rest by the driver.
func column(rows pgx.Rows, f *pgconn.FieldDescription, raw []byte) (any, error) {
	if raw == nil {
		return nil, nil
	}
	if f.Format == pgtype.BinaryFormatCode {
		switch f.DataTypeOID {
		case pgtype.Int8OID:
			return int64(binary.BigEndian.Uint64(raw)), nil
		case pgtype.Int4OID:
			return int64(int32(binary.BigEndian.Uint32(raw))), nil
		case pgtype.Int2OID:
			return int64(int16(binary.BigEndian.Uint16(raw))), nil
		case pgtype.BoolOID:
			return int64(raw[0]), nil
		case pgtype.Float8OID:
			return math.Float64frombits(binary.BigEndian.Uint64(raw)), nil
		case pgtype.ByteaOID:
			return append([]byte{}, raw...), nil
		}
	}
	switch f.DataTypeOID {
	case pgtype.TextOID, pgtype.VarcharOID:
		return string(raw), nil
	}
	return rareColumn(rows.Conn().TypeMap(), f, raw)
}

func rareColumn(types *pgtype.Map, f *pgconn.FieldDescription, raw []byte) (any, error) {
	if f.DataTypeOID == pgtype.NumericOID { // sums of BIGINT
		var n pgtype.Numeric
		if err := types.Scan(f.DataTypeOID, f.Format, raw, &n); err != nil {
			return nil, err
		}
		v, err := n.Value()
		if s, ok := v.(string); ok && err == nil {
			return parseNumber(s)
		}
		return v, err
	}
	t, ok := types.TypeForOID(f.DataTypeOID)
	if !ok {
		return string(raw), nil
	}
	v, err := t.Codec.DecodeDatabaseSQLValue(types, f.DataTypeOID, f.Format, raw)
	if err != nil {
		return nil, err
	}
	return normal(v)
}

var _ driver.Valuer = pgtype.Numeric{}

// postgresError marks the errors that have a meaning for the domain.
func postgresError(err error) error {
	var e *pgconn.PgError
	if errors.As(err, &e) && e.Code == uniqueViolation {
		return fmt.Errorf("%w: %w", ErrExists, err)
	}
	return err
}
