package telegram

import (
	"context"
	"errors"
	"fmt"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
)

// callbackPath is where Telegram pushes updates to.
const callbackPath = "/callback/telegram"

// Setup tells Telegram the list of commands, and where updates go: to the webhook, or nowhere, so that Run may ask for
// them. What has come meanwhile is kept. It may be repeated.
func (ch *Channel) Setup(ctx context.Context) error {
	if ch.c.Webhook && (ch.c.Secret == "" || ch.c.PublicURL == "") {
		return errors.New("telegram: a webhook needs a secret and a public address")
	}
	if err := ch.call(ctx, ch.setCommands); err != nil {
		return fmt.Errorf("telegram: setMyCommands: %w", err)
	}
	name, do := "deleteWebhook", ch.deleteWebhook
	if ch.c.Webhook {
		name, do = "setWebhook", ch.setWebhook
	}
	if err := ch.call(ctx, do); err != nil {
		return fmt.Errorf("telegram: %s: %w", name, err)
	}
	return nil
}

// setCommands fills the list that a person gets for typing a slash.
func (ch *Channel) setCommands(ctx context.Context) error {
	var list []models.BotCommand
	for _, c := range commands {
		if c.shown != "" {
			list = append(list, models.BotCommand{Command: c.name, Description: c.shown})
		}
	}
	_, err := ch.api.SetMyCommands(ctx, &tg.SetMyCommandsParams{Commands: list})
	return err
}

func (ch *Channel) setWebhook(ctx context.Context) error {
	_, err := ch.api.SetWebhook(ctx, &tg.SetWebhookParams{URL: ch.c.PublicURL + callbackPath, SecretToken: ch.c.Secret, AllowedUpdates: allowed})
	return err
}

func (ch *Channel) deleteWebhook(ctx context.Context) error {
	_, err := ch.api.DeleteWebhook(ctx, &tg.DeleteWebhookParams{})
	return err
}
