package db

import (
	"database/sql"
	"database/sql/driver"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// normalize turns arguments, in place, into nil, int64, float64, string or []byte.
func normalize(args []any) error {
	for i, a := range args {
		v, err := normal(a)
		if err != nil {
			return fmt.Errorf("argument $%d: %w", i+1, err)
		}
		args[i] = v
	}
	return nil
}

func normal(a any) (any, error) {
	switch a := a.(type) {
	case nil, int64, float64:
		return a, nil
	case string:
		return a, checkText(a)
	case []byte:
		if a == nil {
			return nil, nil
		}
		return a, nil
	case bool:
		return boolInt(a), nil
	case time.Time:
		return unix(a), nil
	case driver.Valuer:
		v, err := a.Value()
		if err != nil {
			return nil, err
		}
		return normal(v)
	}
	return normalKind(reflect.ValueOf(a))
}

// normalKind serves named and smaller types by their kind.
func normalKind(v reflect.Value) (any, error) {
	switch v.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return v.Int(), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return int64(v.Uint()), nil
	case reflect.Float32, reflect.Float64:
		return v.Float(), nil
	case reflect.String:
		return v.String(), checkText(v.String())
	case reflect.Bool:
		return boolInt(v.Bool()), nil
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return normal(v.Bytes())
		}
	case reflect.Pointer:
		if v.IsNil() {
			return nil, nil
		}
		return normal(v.Elem().Interface())
	}
	return nil, fmt.Errorf("type %s cannot be stored", v.Type())
}

// checkText refuses what PostgreSQL cannot store, on both engines.
func checkText(s string) error {
	if strings.IndexByte(s, 0) >= 0 || !utf8.ValidString(s) {
		return ErrText
	}
	return nil
}

func boolInt(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// unix is t in seconds since 1970; the zero time is 0.
func unix(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

func fromUnix(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(n, 0)
}

func scan(values, dst []any) error {
	if len(values) != len(dst) {
		return fmt.Errorf("scan %d columns into %d values", len(values), len(dst))
	}
	for i, v := range values {
		if err := assign(dst[i], v); err != nil {
			return fmt.Errorf("scan column %d: %w", i+1, err)
		}
	}
	return nil
}

// assign stores a column in what dst points to. NULL fits pointers, []byte (nil) and sql.Scanner.
func assign(dst, v any) error {
	switch d := dst.(type) {
	case *int64:
		return assignInt(d, v)
	case *int32:
		return assignInt(d, v)
	case *int:
		return assignInt(d, v)
	case *string:
		if s, ok := v.(string); ok {
			*d = s
			return nil
		}
	case *[]byte:
		return assignBytes(d, v)
	case *bool:
		n, ok := v.(int64)
		*d = n != 0
		return mismatch(ok, dst, v)
	case *time.Time:
		n, ok := v.(int64)
		*d = fromUnix(n)
		return mismatch(ok, dst, v)
	case sql.Scanner:
		return d.Scan(v)
	}
	return assignKind(reflect.ValueOf(dst), v)
}

func assignInt[T int | int32 | int64](d *T, v any) error {
	n, ok := v.(int64)
	*d = T(n)
	return mismatch(ok && int64(*d) == n, d, v)
}

func assignBytes(d *[]byte, v any) error {
	switch v := v.(type) {
	case nil:
		*d = nil
	case []byte:
		*d = v
		if v == nil {
			*d = []byte{}
		}
	case string:
		*d = []byte(v)
	default:
		return mismatch(false, d, v)
	}
	return nil
}

// mismatch names the types only: values are private.
func mismatch(ok bool, dst, v any) error {
	if ok {
		return nil
	}
	return fmt.Errorf("%T does not fit %T", v, dst)
}

// assignKind serves named and smaller types by their kind, and pointers, which NULL makes nil.
func assignKind(p reflect.Value, v any) error {
	if p.Kind() != reflect.Pointer || p.IsNil() {
		return fmt.Errorf("%s is no pointer to scan into", p.Type())
	}
	d := p.Elem()
	if d.Kind() == reflect.Pointer {
		if v == nil {
			d.SetZero()
			return nil
		}
		d.Set(reflect.New(d.Type().Elem()))
		return assign(d.Interface(), v)
	}
	return mismatch(setKind(d, v), p.Interface(), v)
}

func setKind(d reflect.Value, v any) bool {
	switch v := v.(type) {
	case int64:
		return setInt(d, v)
	case float64:
		if d.CanFloat() {
			d.SetFloat(v)
			return true
		}
	case string:
		if d.Kind() == reflect.String {
			d.SetString(v)
			return true
		}
	case []byte:
		return setBytes(d, v)
	case nil:
		if d.Kind() == reflect.Slice {
			d.SetZero()
			return true
		}
	}
	return false
}

func setInt(d reflect.Value, n int64) bool {
	switch {
	case d.CanInt() && !d.OverflowInt(n):
		d.SetInt(n)
	case d.CanUint() && (d.Kind() == reflect.Uint64 || n >= 0 && !d.OverflowUint(uint64(n))):
		d.SetUint(uint64(n))
	case d.CanFloat():
		d.SetFloat(float64(n))
	case d.Kind() == reflect.Bool:
		d.SetBool(n != 0)
	default:
		return false
	}
	return true
}

func setBytes(d reflect.Value, b []byte) bool {
	switch {
	case d.Kind() == reflect.Slice && d.Type().Elem().Kind() == reflect.Uint8:
		d.SetBytes(b)
	case d.Kind() == reflect.Array && d.Type().Elem().Kind() == reflect.Uint8 && d.Len() == len(b):
		reflect.Copy(d, reflect.ValueOf(b))
	case d.Kind() == reflect.String:
		d.SetString(string(b))
	default:
		return false
	}
	return true
}

// parseNumber reads a NUMERIC of PostgreSQL, which sums of BIGINT are.
func parseNumber(s string) (any, error) {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n, nil
	}
	return strconv.ParseFloat(s, 64)
}
