import pytest

from weibo_nlp.errors import UsageError
from weibo_nlp.models import create
from weibo_nlp.models.transformer.spec import parameters_of


def test_parameters_stand_behind_the_encoder_each_of_its_type():
    assert parameters_of("a/b?epochs=3&learning_rate=2e-5&reads=text&revision=main") == {
        "encoder": "a/b",
        "epochs": 3,
        "learning_rate": 2e-5,
        "reads": "text",
        "revision": "main",
    }
    assert parameters_of("folder") == {"encoder": "folder"}


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("a/b?lr=1", "'lr' in 'transformer:a/b.lr=1' is none of 'accumulate', 'balance', .*; correct it"),
        ("a/b?random_state=1", "'random_state' .* is none of"),
        ("a/b?epochs=1&epochs=2", "'epochs' .* is given twice; correct it"),
        ("a/b?epochs=two", "epochs is 'two'; give a whole number"),
        ("a/b?learning_rate=high", "learning_rate is 'high'; give a number"),
        ("a/b?learning_rate=2", "learning_rate must be a number above 0 and up to 1; got 2.0"),
        ("?epochs=1", "encoder is ''; give an id"),
    ],
)
def test_what_is_no_parameter_is_refused_before_anything_is_read(source, message):
    with pytest.raises(UsageError, match=message):
        parameters_of(source)


def test_a_model_of_the_benchmark_takes_parameters_and_the_seed():
    model = create("transformer:some/encoder?epochs=2", ("a", "b"), seed=3)
    assert (model.name, model.epochs, model.random_state) == ("transformer:encoder", 2, 3)
