package secretchats

// A File is an encrypted file that a message brings.
type File struct {
	ID          int64
	Size        int64
	Fingerprint int32
}

func (f *File) id() int64 {
	if f == nil {
		return 0
	}
	return f.ID
}
