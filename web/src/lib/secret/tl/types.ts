/** The types of the end-to-end schema, a form for every constructor. The codec reads and writes them. */

export type DecryptedMessage =
	| { _: 'decryptedMessage8'; randomId: bigint; randomBytes: Uint8Array; message: string; media: DecryptedMessageMedia }
	| { _: 'decryptedMessageService8'; randomId: bigint; randomBytes: Uint8Array; action: DecryptedMessageAction }
	| { _: 'decryptedMessage23'; randomId: bigint; ttl: number; message: string; media: DecryptedMessageMedia }
	| { _: 'decryptedMessageService'; randomId: bigint; action: DecryptedMessageAction }
	| {
			_: 'decryptedMessage46';
			randomId: bigint;
			ttl: number;
			message: string;
			media?: DecryptedMessageMedia;
			entities?: MessageEntity[];
			viaBotName?: string;
			replyToRandomId?: bigint;
	  }
	| {
			_: 'decryptedMessage';
			silent?: boolean;
			randomId: bigint;
			ttl: number;
			message: string;
			media?: DecryptedMessageMedia;
			entities?: MessageEntity[];
			viaBotName?: string;
			replyToRandomId?: bigint;
			groupedId?: bigint;
	  };

export type DecryptedMessageMedia =
	| { _: 'decryptedMessageMediaEmpty' }
	| {
			_: 'decryptedMessageMediaPhoto8';
			thumb: Uint8Array;
			thumbW: number;
			thumbH: number;
			w: number;
			h: number;
			size: number;
			key: Uint8Array;
			iv: Uint8Array;
	  }
	| {
			_: 'decryptedMessageMediaVideo8';
			thumb: Uint8Array;
			thumbW: number;
			thumbH: number;
			duration: number;
			w: number;
			h: number;
			size: number;
			key: Uint8Array;
			iv: Uint8Array;
	  }
	| { _: 'decryptedMessageMediaGeoPoint'; lat: number; long: number }
	| { _: 'decryptedMessageMediaContact'; phoneNumber: string; firstName: string; lastName: string; userId: number }
	| {
			_: 'decryptedMessageMediaDocument8';
			thumb: Uint8Array;
			thumbW: number;
			thumbH: number;
			fileName: string;
			mimeType: string;
			size: number;
			key: Uint8Array;
			iv: Uint8Array;
	  }
	| { _: 'decryptedMessageMediaAudio8'; duration: number; size: number; key: Uint8Array; iv: Uint8Array }
	| {
			_: 'decryptedMessageMediaVideo23';
			thumb: Uint8Array;
			thumbW: number;
			thumbH: number;
			duration: number;
			mimeType: string;
			w: number;
			h: number;
			size: number;
			key: Uint8Array;
			iv: Uint8Array;
	  }
	| {
			_: 'decryptedMessageMediaAudio';
			duration: number;
			mimeType: string;
			size: number;
			key: Uint8Array;
			iv: Uint8Array;
	  }
	| {
			_: 'decryptedMessageMediaExternalDocument';
			id: bigint;
			accessHash: bigint;
			date: number;
			mimeType: string;
			size: number;
			thumb: PhotoSize;
			dcId: number;
			attributes: DocumentAttribute[];
	  }
	| {
			_: 'decryptedMessageMediaPhoto';
			thumb: Uint8Array;
			thumbW: number;
			thumbH: number;
			w: number;
			h: number;
			size: number;
			key: Uint8Array;
			iv: Uint8Array;
			caption: string;
	  }
	| {
			_: 'decryptedMessageMediaVideo';
			thumb: Uint8Array;
			thumbW: number;
			thumbH: number;
			duration: number;
			mimeType: string;
			w: number;
			h: number;
			size: number;
			key: Uint8Array;
			iv: Uint8Array;
			caption: string;
	  }
	| {
			_: 'decryptedMessageMediaDocument46';
			thumb: Uint8Array;
			thumbW: number;
			thumbH: number;
			mimeType: string;
			size: number;
			key: Uint8Array;
			iv: Uint8Array;
			attributes: DocumentAttribute[];
			caption: string;
	  }
	| {
			_: 'decryptedMessageMediaVenue';
			lat: number;
			long: number;
			title: string;
			address: string;
			provider: string;
			venueId: string;
	  }
	| { _: 'decryptedMessageMediaWebPage'; url: string }
	| {
			_: 'decryptedMessageMediaDocument';
			thumb: Uint8Array;
			thumbW: number;
			thumbH: number;
			mimeType: string;
			size: bigint;
			key: Uint8Array;
			iv: Uint8Array;
			attributes: DocumentAttribute[];
			caption: string;
	  };

export type DecryptedMessageAction =
	| { _: 'decryptedMessageActionSetMessageTTL'; ttlSeconds: number }
	| { _: 'decryptedMessageActionReadMessages'; randomIds: bigint[] }
	| { _: 'decryptedMessageActionDeleteMessages'; randomIds: bigint[] }
	| { _: 'decryptedMessageActionScreenshotMessages'; randomIds: bigint[] }
	| { _: 'decryptedMessageActionFlushHistory' }
	| { _: 'decryptedMessageActionResend'; startSeqNo: number; endSeqNo: number }
	| { _: 'decryptedMessageActionNotifyLayer'; layer: number }
	| { _: 'decryptedMessageActionTyping'; action: SendMessageAction }
	| { _: 'decryptedMessageActionRequestKey'; exchangeId: bigint; gA: Uint8Array }
	| { _: 'decryptedMessageActionAcceptKey'; exchangeId: bigint; gB: Uint8Array; keyFingerprint: bigint }
	| { _: 'decryptedMessageActionAbortKey'; exchangeId: bigint }
	| { _: 'decryptedMessageActionCommitKey'; exchangeId: bigint; keyFingerprint: bigint }
	| { _: 'decryptedMessageActionNoop' };

export type SendMessageAction =
	| { _: 'sendMessageTypingAction' }
	| { _: 'sendMessageCancelAction' }
	| { _: 'sendMessageRecordVideoAction' }
	| { _: 'sendMessageUploadVideoAction' }
	| { _: 'sendMessageRecordAudioAction' }
	| { _: 'sendMessageUploadAudioAction' }
	| { _: 'sendMessageUploadPhotoAction' }
	| { _: 'sendMessageUploadDocumentAction' }
	| { _: 'sendMessageGeoLocationAction' }
	| { _: 'sendMessageChooseContactAction' }
	| { _: 'sendMessageRecordRoundAction' }
	| { _: 'sendMessageUploadRoundAction' };

export type DocumentAttribute =
	| { _: 'documentAttributeImageSize'; w: number; h: number }
	| { _: 'documentAttributeAnimated' }
	| { _: 'documentAttributeSticker23' }
	| { _: 'documentAttributeVideo23'; duration: number; w: number; h: number }
	| { _: 'documentAttributeAudio23'; duration: number }
	| { _: 'documentAttributeFilename'; fileName: string }
	| { _: 'documentAttributeAudio45'; duration: number; title: string; performer: string }
	| { _: 'documentAttributeSticker'; alt: string; stickerset: InputStickerSet }
	| {
			_: 'documentAttributeAudio';
			voice?: boolean;
			duration: number;
			title?: string;
			performer?: string;
			waveform?: Uint8Array;
	  }
	| { _: 'documentAttributeVideo'; roundMessage?: boolean; duration: number; w: number; h: number };

export type PhotoSize =
	| { _: 'photoSizeEmpty'; type: string }
	| { _: 'photoSize'; type: string; location: FileLocation; w: number; h: number; size: number }
	| { _: 'photoCachedSize'; type: string; location: FileLocation; w: number; h: number; bytes: Uint8Array };

export type FileLocation =
	| { _: 'fileLocationUnavailable'; volumeId: bigint; localId: number; secret: bigint }
	| { _: 'fileLocation'; dcId: number; volumeId: bigint; localId: number; secret: bigint };

export type MessageEntity =
	| { _: 'messageEntityUnknown'; offset: number; length: number }
	| { _: 'messageEntityMention'; offset: number; length: number }
	| { _: 'messageEntityHashtag'; offset: number; length: number }
	| { _: 'messageEntityBotCommand'; offset: number; length: number }
	| { _: 'messageEntityUrl'; offset: number; length: number }
	| { _: 'messageEntityEmail'; offset: number; length: number }
	| { _: 'messageEntityBold'; offset: number; length: number }
	| { _: 'messageEntityItalic'; offset: number; length: number }
	| { _: 'messageEntityCode'; offset: number; length: number }
	| { _: 'messageEntityPre'; offset: number; length: number; language: string }
	| { _: 'messageEntityTextUrl'; offset: number; length: number; url: string }
	| { _: 'messageEntityMentionName'; offset: number; length: number; userId: number }
	| { _: 'messageEntityPhone'; offset: number; length: number }
	| { _: 'messageEntityCashtag'; offset: number; length: number }
	| { _: 'messageEntityBankCard'; offset: number; length: number }
	| { _: 'messageEntityUnderline'; offset: number; length: number }
	| { _: 'messageEntityStrike'; offset: number; length: number }
	| { _: 'messageEntityBlockquote'; offset: number; length: number }
	| { _: 'messageEntitySpoiler'; offset: number; length: number }
	| { _: 'messageEntityCustomEmoji'; offset: number; length: number; documentId: bigint };

export type InputStickerSet = { _: 'inputStickerSetShortName'; shortName: string } | { _: 'inputStickerSetEmpty' };
