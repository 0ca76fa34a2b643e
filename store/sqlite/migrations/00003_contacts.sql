-- +goose Up
-- What a contact is known by beside their name: whether the language is only a guess, where they are, and whether they want messages at all.
ALTER TABLE contacts ADD COLUMN guessed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE contacts ADD COLUMN region TEXT NOT NULL DEFAULT '';
ALTER TABLE contacts ADD COLUMN timezone TEXT NOT NULL DEFAULT '';
ALTER TABLE contacts ADD COLUMN opted_out INTEGER NOT NULL DEFAULT 0;
