package files

import (
	"strings"
	"testing"

	"hermod/internal/db/dbtest"
)

// Whatever runs often, or over what grows, is served by an index.
func TestPlans(t *testing.T) {
	d := dbtest.SQLite(t)
	for name, tt := range map[string]struct {
		sql  string
		args []any
		want string
	}{
		"parts of an upload":      {getParts, []any{ann, 1}, "SEARCH file_part USING PRIMARY KEY (owner=? AND upload=?)"},
		"uploads of a user":       {countUploads, []any{ann}, "SEARCH file_upload USING PRIMARY KEY (owner=?)"},
		"the file of an upload":   {getMade, []any{ann, 1, 1}, "SEARCH u USING PRIMARY KEY (owner=? AND id=?)"},
		"a claim":                 {claimUpload, []any{ann, []byte{1}}, "SEARCH file_upload USING PRIMARY KEY (owner=?)"},
		"unfinished uploads":      {oldUploads, []any{1}, "USING INDEX file_upload_unfinished (at<?)"},
		"finished uploads":        {oldDone, []any{1}, "INDEX file_upload_finished (at<?)"},
		"blobs without a file":    {unusedBlobs, []any{1}, "USING INDEX file_blob_unused (touched<?)"},
		"files to look at":        {candidates, []any{1}, "USING INDEX file_check (check_at>? AND check_at<?)"},
		"a chunk":                 {getChunk, []any{[]byte{1}}, "SEARCH file_chunk USING PRIMARY KEY (hash=?)"},
		"chunks for the operator": {someChunks, []any{[]byte{1}, 10}, "SEARCH file_chunk USING PRIMARY KEY (hash>?)"},
	} {
		plan := dbtest.Plan(t, d, tt.sql, tt.args...)
		if !strings.Contains(plan, tt.want) || strings.Contains(plan, "TEMP B-TREE") {
			t.Errorf("%s: got\n%s\nwant %s", name, plan, tt.want)
		}
	}
}
