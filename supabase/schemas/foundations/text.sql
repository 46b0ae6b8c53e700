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


create function private.word_patterns(p_query text)
returns text[]
language sql
immutable
security invoker
return case private.search_text(pg_catalog.left(p_query, 100))
    -- An empty pattern matches no text that has_words compares.
    when '' then array['']
    else pg_catalog.string_to_array(
        '% ' || pg_catalog.replace(private.search_text(pg_catalog.left(p_query, 100)), ' ', '%,% ') || '%', ','
    )
end;
comment on function private.word_patterns(text) is
'The words in the first 100 characters of a query as patterns for has_words. A query without letters or digits '
'matches no text.';
grant execute on function private.word_patterns(text) to authenticated;


create function private.has_words(p_text text, p_patterns text[])
returns boolean
language sql
immutable
security invoker
return (' ' || private.search_text(p_text)) like all(p_patterns);
comment on function private.has_words(text, text[]) is
'True when every word of a query, given as word_patterns, begins a word of the text.';
grant execute on function private.has_words(text, text[]) to authenticated;
