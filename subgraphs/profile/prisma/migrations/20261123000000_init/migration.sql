-- CreateEnum
CREATE TYPE "Visibility" AS ENUM ('PUBLIC', 'PRIVATE');

-- CreateEnum
CREATE TYPE "Theme" AS ENUM ('LIGHT', 'DARK', 'SYSTEM');

-- CreateTable
CREATE TABLE "profiles" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "handle" TEXT,
    "display_name" TEXT,
    "avatar_url" TEXT,
    "phone" TEXT,
    "address" TEXT,
    "bio" TEXT,
    "display_name_visibility" "Visibility" NOT NULL DEFAULT 'PUBLIC',
    "avatar_url_visibility" "Visibility" NOT NULL DEFAULT 'PUBLIC',
    "phone_visibility" "Visibility" NOT NULL DEFAULT 'PRIVATE',
    "address_visibility" "Visibility" NOT NULL DEFAULT 'PRIVATE',
    "bio_visibility" "Visibility" NOT NULL DEFAULT 'PUBLIC',
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "profiles_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "preferences" (
    "profile_id" UUID NOT NULL,
    "theme" "Theme" NOT NULL DEFAULT 'SYSTEM',
    "locale" TEXT NOT NULL DEFAULT 'en',
    "time_zone" TEXT NOT NULL DEFAULT 'UTC',
    "currency" CHAR(3) NOT NULL DEFAULT 'EUR',
    "notify_email" BOOLEAN NOT NULL DEFAULT true,
    "notify_push" BOOLEAN NOT NULL DEFAULT false,
    "notify_sms" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "preferences_pkey" PRIMARY KEY ("profile_id")
);

-- CreateIndex
CREATE UNIQUE INDEX "profiles_user_id_key" ON "profiles"("user_id");

-- CreateIndex
CREATE UNIQUE INDEX "profiles_handle_key" ON "profiles"("handle");

-- AddForeignKey
ALTER TABLE "preferences" ADD CONSTRAINT "preferences_profile_id_fkey" FOREIGN KEY ("profile_id") REFERENCES "profiles"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Rules that hold whoever writes: the service says them in words, an import or a mistake meets them here.
ALTER TABLE "profiles"
    ADD CONSTRAINT "profiles_handle_check" CHECK ("handle" ~ '^[a-z][a-z0-9_]{2,29}$'),
    ADD CONSTRAINT "profiles_display_name_check" CHECK (char_length("display_name") BETWEEN 1 AND 100),
    ADD CONSTRAINT "profiles_avatar_url_check" CHECK ("avatar_url" LIKE 'https://%' AND char_length("avatar_url") <= 2000),
    ADD CONSTRAINT "profiles_phone_check" CHECK ("phone" ~ '^\+[1-9][0-9]{7,14}$'),
    ADD CONSTRAINT "profiles_address_check" CHECK (char_length("address") BETWEEN 1 AND 500),
    ADD CONSTRAINT "profiles_bio_check" CHECK (char_length("bio") BETWEEN 1 AND 2000),
    ADD CONSTRAINT "profiles_version_check" CHECK ("version" >= 1);

ALTER TABLE "preferences"
    ADD CONSTRAINT "preferences_locale_check" CHECK (char_length("locale") BETWEEN 2 AND 35),
    ADD CONSTRAINT "preferences_time_zone_check" CHECK (char_length("time_zone") BETWEEN 1 AND 64),
    ADD CONSTRAINT "preferences_currency_check" CHECK ("currency" ~ '^[A-Z]{3}$');
