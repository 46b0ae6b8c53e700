-- The forms of a name that searches and imports compare. The exercises table stores them, so that reading is quick.

create function private.search_words(p_text text)
returns text[]
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
    return (
        select coalesce(
            pg_catalog.array_agg(
                -- The abbreviations that lifters use.
                case listed.word
                    when 'db' then 'dumbbell' when 'dbs' then 'dumbbells'
                    when 'bb' then 'barbell'
                    when 'kb' then 'kettlebell' when 'kbs' then 'kettlebells'
                    when 'bw' then 'bodyweight'
                    else listed.word
                end
                order by listed.ordinality
            ),
            '{}'
        )
        from pg_catalog.string_to_table(private.search_text(pg_catalog.left(p_text, 200)), ' ') with ordinality as listed (word, ordinality)
        where listed.word <> ''
    );
end
$$;
comment on function private.search_words(text) is
'The words of a name or a query, in order, with db, bb, kb and bw spelled out. It reads 200 characters, more than any '
'name may have: generated columns are computed before a check refuses the name.';
grant execute on function private.search_words(text) to authenticated;


create function private.word_stem(p_word text)
returns text
language sql
immutable
security invoker
return case
    when p_word in ('calf', 'calves') then 'calf'
    -- The dictionary returns an empty list for a stop word, but "up" matters in a gym.
    else coalesce((pg_catalog.ts_lexize('pg_catalog.english_stem', p_word))[1], p_word)
end;
comment on function private.word_stem(text) is
'A word without its ending, so that lunges equals lunge, and calves equals calf.';
grant execute on function private.word_stem(text) to authenticated;


create function private.search_document(p_names text[])
returns tsvector
language sql
immutable
security invoker
set search_path = ''
as $$
    with
    words as (
        select
            given.ordinality as name_number,
            word.value,
            word.ordinality
        from pg_catalog.unnest(p_names) with ordinality as given (name, ordinality)
        cross join pg_catalog.unnest(private.search_words(given.name)) with ordinality as word (value, ordinality)
    ),
    -- Two neighbouring words also count as one: people write both "push up" and "pushup".
    tokens as (
        select words.value from words
        union all
        select words.value || pg_catalog.lead(words.value) over (
            partition by words.name_number
            order by words.ordinality
        )
        from words
    )
    select pg_catalog.array_to_tsvector(coalesce(pg_catalog.array_agg(distinct form.value), '{}'))
    from tokens
    cross join lateral (values (tokens.value), (private.word_stem(tokens.value))) as form (value)
    where tokens.value is not null
$$;
comment on function private.search_document(text[]) is
'What a query is matched against: the words of all names, each two neighbours written as one word, and the stems of '
'both.';
grant execute on function private.search_document(text[]) to authenticated;


create function private.name_key(p_name text)
returns text
language sql
immutable
security invoker
set search_path = ''
as $$
    select coalesce(pg_catalog.string_agg(private.word_stem(listed.word), ' ' order by listed.place), p_name)
    from pg_catalog.unnest(private.search_words(p_name)) with ordinality as listed (word, place)
$$;
comment on function private.name_key(text) is
'The stems of a name''s words. Two names with the same key mean the same exercise. A name without letters and digits '
'is its own key.';
grant execute on function private.name_key(text) to authenticated;


create function private.name_words(p_name text)
returns text
language sql
immutable
security invoker
set search_path = ''
as $$
    select pg_catalog.string_agg(distinct listed.word, ' ' order by listed.word)
    from pg_catalog.string_to_table(private.name_key(p_name) collate "C", ' ') as listed (word)
$$;
comment on function private.name_words(text) is
'The stems of a name''s words in alphabetical order, each once, to compare names that order their words differently.';
grant execute on function private.name_words(text) to authenticated;


create function private.keys_of_names(p_names text[])
returns text[]
language sql
immutable
security invoker
set search_path = ''
as $$
    select pg_catalog.array_agg(private.name_key(given.name) order by given.ordinality)
    from pg_catalog.unnest(p_names) with ordinality as given (name, ordinality)
$$;
comment on function private.keys_of_names(text[]) is 'private.name_key of each name, in the same order.';
grant execute on function private.keys_of_names(text[]) to authenticated;


create function private.words_of_names(p_names text[])
returns text[]
language sql
immutable
security invoker
set search_path = ''
as $$
    select pg_catalog.array_agg(private.name_words(given.name) order by given.ordinality)
    from pg_catalog.unnest(p_names) with ordinality as given (name, ordinality)
$$;
comment on function private.words_of_names(text[]) is 'private.name_words of each name, in the same order.';
grant execute on function private.words_of_names(text[]) to authenticated;
