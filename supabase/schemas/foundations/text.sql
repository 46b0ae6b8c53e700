-- How texts are compared with what a user searches for.

create function private.search_text(p_text text)
returns text
language sql
immutable
security invoker
return pg_catalog.btrim(pg_catalog.regexp_replace(
    -- Decomposition turns accents into characters of their own, which go, as apostrophes do: farmer's becomes farmers.
    pg_catalog.regexp_replace(
        pg_catalog.translate(pg_catalog.lower(normalize(p_text, nfkd)), 'łøđħı', 'lodhi'),
        '[\u0300-\u036f''’]', '', 'g'
    ),
    '[^[:alnum:]]+', ' ', 'g'
));
comment on function private.search_text(text) is
'A text for comparison: lower case, without accents and apostrophes, its words separated by single spaces.';
grant execute on function private.search_text(text) to authenticated;


create function private.matches_words(p_text text, p_query text)
returns boolean
language sql
immutable
security invoker
set search_path = ''
as $$
    select coalesce(pg_catalog.btrim(p_query), '') = '' or (
        -- A query of signs alone has no word that a text could contain.
        private.search_text(p_query) <> ''
        and not exists (
            select from pg_catalog.string_to_table(private.search_text(p_query), ' ') as word
            where pg_catalog.strpos(' ' || private.search_text(p_text), ' ' || word) = 0
        )
    )
$$;
comment on function private.matches_words(text, text) is
'True when every word of the query begins a word of the text. A blank query matches every text, and a query without '
'letters or digits matches none.';
grant execute on function private.matches_words(text, text) to authenticated;
