package db

import (
	"bytes"
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/pressly/goose/v3"
)

// migrations are the schema: files of goose in one sequence. A file that ends in _sqlite.sql or _postgres.sql is
// for that engine only; two such files may share a number. "WITHOUT ROWID" after a table is for SQLite and left out
// for PostgreSQL.
//
//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the schema of pool up to date.
func migrate(ctx context.Context, e Engine, pool *sql.DB, opts ...goose.ProviderOption) error {
	dialect := goose.DialectSQLite3
	if e == Postgres {
		dialect = goose.DialectPostgres
	}
	opts = append(opts, goose.WithLogger(goose.NopLogger()), goose.WithDisableGlobalRegistry(true))
	p, err := goose.NewProvider(dialect, pool, engineFS{e}, opts...)
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// engineFS shows the migrations as one engine is to see them.
type engineFS struct{ engine Engine }

// Open implements fs.FS.
func (f engineFS) Open(name string) (fs.File, error) {
	file, err := migrations.Open(path.Join("migrations", name))
	if err != nil || name == "." || f.engine == SQLite {
		return file, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	text, err := migrations.ReadFile(path.Join("migrations", name))
	if err != nil {
		return nil, err
	}
	text = bytes.ReplaceAll(text, []byte(") WITHOUT ROWID"), []byte(")"))
	return &memFile{info: sizedInfo{info, int64(len(text))}, Reader: bytes.NewReader(text)}, nil
}

// ReadDir implements fs.ReadDirFS: it leaves out what is for the other engine.
func (f engineFS) ReadDir(name string) ([]fs.DirEntry, error) {
	all, err := migrations.ReadDir(path.Join("migrations", name))
	if err != nil {
		return nil, err
	}
	other := "_" + Postgres.String() + ".sql"
	if f.engine == Postgres {
		other = "_" + SQLite.String() + ".sql"
	}
	var mine []fs.DirEntry
	for _, entry := range all {
		if !strings.HasSuffix(entry.Name(), other) {
			mine = append(mine, entry)
		}
	}
	return mine, nil
}

type memFile struct {
	info fs.FileInfo
	*bytes.Reader
}

func (f *memFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *memFile) Close() error               { return nil }

type sizedInfo struct {
	fs.FileInfo
	size int64
}

func (i sizedInfo) Size() int64 { return i.size }
