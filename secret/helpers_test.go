package secret

import e2e "hermod/internal/tl/secret"

func noop() e2e.DecryptedMessageClass {
	return &e2e.DecryptedMessageService{RandomID: 5, Action: &e2e.DecryptedMessageActionNoop{}}
}

func resendOf(start, end int32) e2e.DecryptedMessageClass {
	return &e2e.DecryptedMessageService{
		RandomID: 5, Action: &e2e.DecryptedMessageActionResend{StartSeqNo: start, EndSeqNo: end},
	}
}
