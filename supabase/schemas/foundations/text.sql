-- How texts are compared with what somebody searches for.

create function private.search_text(p_text text)
returns text
language sql
immutable
security invoker
set search_path = ''
as $$
    select pg_catalog.btrim(pg_catalog.regexp_replace(
        -- Accents are characters of their own once decomposed. They go, and so do apostrophes: farmer's is farmers.
        pg_catalog.regexp_replace(
            pg_catalog.translate(pg_catalog.lower(normalize(p_text, nfkd)), 'łøđħı', 'lodhi'),
            '[\u0300-\u036f''’]', '', 'g'
        ),
        '[^[:alnum:]]+', ' ', 'g'
    ))
$$;
comment on function private.search_text(text) is
'A name as it is compared: lower case, without accents and apostrophes, words parted by one blank.';
grant execute on function private.search_text(text) to authenticated;
