-- AlterTable
ALTER TABLE "sessions" ADD COLUMN     "rotated_at" TIMESTAMPTZ(3),
ADD COLUMN     "spent_token_hash" TEXT;
