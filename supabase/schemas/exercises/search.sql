-- Understanding what somebody types into the search.

-- What a word of a query may be written as: itself or the beginning of a word, or one word with a neighbour.
create function private.word_query(p_words text[], p_place integer)
returns tsquery
language sql
immutable
security invoker
set search_path = ''
as $$
    select pg_catalog.string_agg(
        pg_catalog.format('%s:* | %s', form.value, private.word_stem(form.value)), ' | '
    )::tsquery
    from (
        values
        (p_words[p_place]),
        (p_words[p_place] || p_words[p_place + 1]),
        (p_words[p_place - 1] || p_words[p_place])
    ) as form (value)
    where form.value is not null
$$;
comment on function private.word_query(text[], integer) is
'A text search query for one word among the words of what somebody typed.';
grant execute on function private.word_query(text[], integer) to authenticated;


-- The words that a mistyped one may have meant: of those the caller can see, the most alike and what comes close to
-- that. Shorter words have too few letters to guess by. The limit was found on the queries of the tests: below it, the
-- words meant are no more likely than others.
create function private.nearest_words(p_word text)
returns text[]
language sql
stable
security invoker
set search_path = ''
as $$
    with
    candidates as (
        select
            known.word,
            private.likeness(private.letter_pairs(p_word), private.letter_pairs(known.word)) as likeness
        from (
            select distinct pg_catalog.unnest(pg_catalog.tsvector_to_array(e.search_document)) as word
            from private.exercises as e
            where (e.user_id is null or e.user_id = (select auth.uid())) and e.archived_at is null
        ) as known
        where
            pg_catalog.char_length(p_word) >= 4
            and pg_catalog.char_length(known.word) between
            pg_catalog.char_length(p_word) - 2 and pg_catalog.char_length(p_word) + 2
            -- One of the first two letters is right, as a rule, and this spares most comparisons.
            and (
                pg_catalog.strpos(pg_catalog.left(known.word, 2), pg_catalog.left(p_word, 1)) > 0
                or pg_catalog.strpos(pg_catalog.left(p_word, 2), pg_catalog.left(known.word, 1)) > 0
            )
    )
    select pg_catalog.array_agg(c.word order by c.likeness desc, c.word)
    from candidates as c
    where c.likeness >= 0.55 and c.likeness >= (select max(best.likeness) from candidates as best) - 0.1
$$;
comment on function private.nearest_words(text) is
'Known words that are written much like a word, the most alike first; null when there is none.';
grant execute on function private.nearest_words(text) to authenticated;


create function private.parse_query(p_q text, out query tsquery, out pairs bit(703))
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_words text[];
    v_kept text[];
    v_clause tsquery;
    v_meant text[];
begin
    -- The API takes no more than 100 characters; what a client of the Data API sends beyond is not worth reading.
    v_words := private.search_words(pg_catalog.left(p_q, 100));
    v_kept := array(
        select word from pg_catalog.unnest(v_words) with ordinality as listed (word, place)
        where word <> all(array['a', 'an', 'and', 'at', 'for', 'from', 'in', 'of', 'on', 'or', 'the', 'to', 'with'])
        order by place
    );
    if v_kept <> '{}' then
        v_words := v_kept;
    end if;
    for i in 1 .. pg_catalog.cardinality(v_words) loop
        v_clause := private.word_query(v_words, i);
        if not exists (
            select from private.exercises as e
            where (e.user_id is null or e.user_id = (select auth.uid()))
                and e.archived_at is null
                and e.search_document @@ v_clause
        ) then
            -- Of a mistyped plural, the singular may be nearer.
            v_meant := coalesce(
                private.nearest_words(v_words[i]), private.nearest_words(private.word_stem(v_words[i]))
            );
            if v_meant is null then
                query := null;
                return;
            end if;
            v_words[i] := v_meant[1];
            v_clause := (
                select pg_catalog.string_agg(pg_catalog.format('%s:* | %s', m, private.word_stem(m)), ' | ')
                from pg_catalog.unnest(v_meant) as m
            )::tsquery;
        end if;
        query := case when query is null then v_clause else query && v_clause end;
    end loop;
    pairs := private.stemmed_pairs(v_words);
end
$$;
comment on function private.parse_query(text) is
'What somebody typed, as a text search query with typing errors mended, and the letter pairs to rank by. The query is '
'null when some word is like no word of any exercise that the caller can see.';
grant execute on function private.parse_query(text) to authenticated;
