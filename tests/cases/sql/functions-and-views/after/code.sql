CREATE FUNCTION in_full(cents integer) RETURNS numeric
    LANGUAGE sql IMMUTABLE
    AS $$ SELECT cents * 2.0; $$;

CREATE FUNCTION note_count() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    -- Nobody counts yet;
    RETURN NULL;
END;
$body$;
