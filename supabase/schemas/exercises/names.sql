-- The forms of a name that searches compare. The table keeps them, so that no search computes them.

create function private.search_words(p_text text)
returns text[]
language sql
immutable
security invoker
set search_path = ''
as $$
    select coalesce(
        pg_catalog.array_agg(
            -- What lifters write instead of the word.
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
    from pg_catalog.string_to_table(private.search_text(p_text), ' ') with ordinality as listed (word, ordinality)
    where listed.word <> ''
$$;
comment on function private.search_words(text) is
'The words of a name or a query in order, with db, bb, kb and bw spelled out.';
grant execute on function private.search_words(text) to authenticated;


create function private.word_stem(p_word text)
returns text
language sql
immutable
security invoker
set search_path = ''
as $$
    -- The dictionary answers with nothing for a stop word, and "up" is no stop word in a gym.
    select case
        when p_word in ('calf', 'calves') then 'calf'
        else coalesce((pg_catalog.ts_lexize('pg_catalog.english_stem', p_word))[1], p_word)
    end
$$;
comment on function private.word_stem(text) is
'A word without its ending: lunges and lunge are one, calves and calf too.';
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
    -- Two neighbours are a word too: push-up is written push up and pushup.
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
'What a query is matched against: the words of all names, two neighbours written as one, and the stems of both.';
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
'What two names have in common that mean the same: the same words, in whatever number and spelling. A name without '
'letters and digits means itself.';
grant execute on function private.name_key(text) to authenticated;
