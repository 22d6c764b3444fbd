package secret_test

import (
	"context"
	"fmt"

	"hermod/secret"
)

// A program brings a Transport, which calls the methods of the API, and hands over what the server pushes.
func Example() {
	var transport secret.Transport // calls messages.sendEncrypted and its like
	ctx := context.Background()
	store, err := secret.OpenFileStore("secret-chats")
	if err != nil {
		panic(err)
	}
	defer store.Close()
	client, err := secret.Open(ctx, secret.Options{
		Store: store, Transport: transport, User: 1,
		OnEvent: func(e secret.Event) {
			switch e.Kind {
			case secret.ChatChanged:
				fmt.Println(e.Chat.ID, e.Chat.State, e.Chat.Fingerprint.Emoji())
			case secret.MessageAdded:
				fmt.Println(e.Message.Text)
			}
		},
	})
	if err != nil {
		panic(err)
	}
	go func() { _ = client.Run(ctx) }() // sends, and heeds the timers

	// For every updateEncryption and updateNewEncryptedMessage, and then acknowledge its qts:
	_ = client.HandleChat(ctx, secret.ChatUpdate{})
	_ = client.HandleMessage(ctx, secret.Incoming{})

	chat, err := client.Request(ctx, secret.User{ID: 2, AccessHash: 3})
	if err != nil {
		panic(err)
	}
	// Once the other side has accepted:
	_, _ = client.Send(ctx, chat.ID, secret.Draft{Text: "hello"})
}
