"""Write a finished campaign over texts of the corpus as a round: judgements, prompts, adjudicated labels."""

import argparse
import sys
from pathlib import Path

from benchmarks.publishing import failure

from weibo_nlp.annotation import open_campaign
from weibo_nlp.errors import UsageError, WeiboNlpError
from weibo_nlp.release.rounds import write_round

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("campaign", type=Path, help="folder of the campaign, set up with --rule majority")
    parser.add_argument("round", help="name of the round, after those there are: r06")
    parser.add_argument("--root", type=Path, default=ROOT, help="repository with corpus/ and annotations/")
    parser.add_argument(
        "--prompt",
        action="append",
        required=True,
        metavar="[ANNOTATOR=]FILE",
        help="what the annotator was told, a Markdown file; without a name, what all were told",
    )
    parser.add_argument(
        "--model", action="append", default=[], metavar="ANNOTATOR=WORDS", help="what model judged, in words"
    )
    arguments = parser.parse_args()
    try:
        campaign = open_campaign(arguments.campaign)
        names = [each.name for each in campaign.settings.annotators if each.is_dealt]
        given = dict(entry.rpartition("=")[::2] for entry in arguments.prompt)
        models = dict(entry.partition("=")[::2] for entry in arguments.model)
        if strangers := sorted((given.keys() - {""} | models.keys()) - set(names)):
            raise UsageError(f"{strangers[0]} is no annotator of the campaign; there is: {', '.join(names)}.")
        prompts = {name: Path(given.get(name, given.get("", "-"))) for name in names}
        written = write_round(campaign, arguments.root, arguments.round, prompts, models)
    except WeiboNlpError as error:
        return failure(error)
    for path in written:
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
