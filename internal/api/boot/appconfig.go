package boot

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"maps"
	"slices"

	"hermod/internal/tl/tg"
)

// appConfigJSON holds the keys that clients read without a check, Web K above all, with our limits.
//
//go:embed appconfig.json
var appConfigJSON []byte

// appConfig is the answer to help.getAppConfig.
type appConfig struct {
	hash  int32
	value tg.JSONValueClass
}

func loadAppConfig() (appConfig, error) {
	var v any
	if err := json.Unmarshal(appConfigJSON, &v); err != nil {
		return appConfig{}, fmt.Errorf("application configuration: %w", err)
	}
	return appConfig{hash: listHash(appConfigJSON), value: jsonValue(v)}, nil
}

// listHash makes of the contents of a list the number by which clients name it; never 0.
func listHash(b []byte) int32 { return int32(crc32.ChecksumIEEE(b)>>1 | 1) }

// jsonValue turns what encoding/json made into TL. The keys of objects are sorted.
// Spec: https://core.telegram.org/type/JSONValue
func jsonValue(v any) tg.JSONValueClass {
	switch v := v.(type) {
	case bool:
		return &tg.JSONBool{Value: v}
	case float64:
		return &tg.JSONNumber{Value: v}
	case string:
		return &tg.JSONString{Value: v}
	case []any:
		list := make([]tg.JSONValueClass, len(v))
		for i, item := range v {
			list[i] = jsonValue(item)
		}
		return &tg.JSONArray{Value: list}
	case map[string]any:
		object := make([]*tg.JSONObjectValue, 0, len(v))
		for _, key := range slices.Sorted(maps.Keys(v)) {
			object = append(object, &tg.JSONObjectValue{Key: key, Value: jsonValue(v[key])})
		}
		return &tg.JSONObject{Value: object}
	}
	return &tg.JSONNull{}
}
