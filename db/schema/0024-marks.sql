-- What pages mark a version with, as bits (app/registry/marks.h); NULL: nobody has looked into its archive for that yet
-- (cratehouse rebuild marks).
ALTER TABLE versions ADD COLUMN IF NOT EXISTS marks BIGINT UNSIGNED NULL;
