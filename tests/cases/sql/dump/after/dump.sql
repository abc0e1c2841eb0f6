--
-- PostgreSQL database dump
--

\restrict abcDEF

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET transaction_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: items; Type: TABLE; Schema: public; Owner: nobody_called_so
--

CREATE TABLE public.items (
    id bigint NOT NULL,
    name text DEFAULT ';'::text NOT NULL,
    price numeric(10,2) DEFAULT 0 NOT NULL
);


ALTER TABLE public.items OWNER TO nobody_called_so;

--
-- Name: items_id_seq; Type: SEQUENCE; Schema: public; Owner: nobody_called_so
--

ALTER TABLE public.items ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.items_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE ONLY public.items
    ADD CONSTRAINT items_pkey PRIMARY KEY (id);

CREATE INDEX items_name_idx ON public.items USING btree (name);


GRANT SELECT ON TABLE public.items TO nobody_called_so;


--
-- PostgreSQL database dump complete
--

\unrestrict abcDEF

