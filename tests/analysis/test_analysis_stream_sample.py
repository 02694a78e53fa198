"""Random samples of streams."""

from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.analysis.stream_sample import StreamSample


@given(st.integers(0, 60), st.integers(0, 20), st.lists(st.integers(1, 15), max_size=10))
def test_what_is_drawn_does_not_depend_on_batches_and_is_as_much_as_there_is(n, size, lengths):
    whole = StreamSample(size, 5, 10_000)
    whole.offer(range(n), [f"text {i}" for i in range(n)])
    parts = StreamSample(size, 5, 10_000)
    start = 0
    for length in [*lengths, n]:
        stop = min(n, start + length)
        parts.offer(range(start, stop), [f"text {i}" for i in range(start, stop)])
        start = stop
    assert parts.drawn() == whole.drawn()
    assert len({place for place, _ in whole.drawn()}) == min(n, size)
    assert all(text == f"text {place}" for place, text in whole.drawn())


def test_every_item_is_drawn_as_often_as_every_other():
    drawn = [0] * 10
    for seed in range(2000):
        sample = StreamSample(3, seed, 10_000)
        sample.offer(range(10), [""] * 10)
        for place, _ in sample.drawn():
            drawn[place] += 1
    # 600 expected of each, standard deviation 20.5: within four of them.
    assert all(518 < count < 682 for count in drawn)


@given(st.lists(st.text(max_size=20), max_size=60), st.integers(0, 100))
def test_no_more_characters_are_kept_than_may_be_and_those_of_the_lowest_numbers(texts, most):
    sample = StreamSample(10, 3, most)
    sample.offer(range(len(texts)), texts)
    drawn = sample.drawn()
    assert sum(len(text) for _, text in drawn) <= most
    everything = StreamSample(10, 3, 10_000)
    everything.offer(range(len(texts)), texts)
    assert drawn == everything.drawn()[: len(drawn)]
