"""A few invented posts, as labelling would leave them."""

HEADER = "id,created_at,thread,正文,topic,topic_score,irony,irony_score,stance_target,stance,stance_score,out_of_domain"
POSTS = (
    ("a1", "2023-04-01", "a", "逃票的就该进黑名单", "credit", 0.9, True, 0.2, "信用惩戒", "favor", 0.8, False),
    ("a2", "2023-04-02", "a", "申诉找谁去", "credit", 0.6, False, 0.1, "信用惩戒", "against", 0.7, False),
    ("b1", "2023-04-03", "b", "=以后只买国产", "other", 0.5, False, 0.3, None, None, None, False),
    ("b2", "2023-05-01", "b", "今天的晚霞绝了[心]", "other", 0.8, False, 0.1, None, None, None, True),
    ("c1", "2023-05-02", "c", "好", "other", 0.9, False, 0.4, None, None, None, False),
    ("c2", "2023-05-03", "c", "坏", "self_media", 0.7, True, 0.9, "自媒体的可信与价值", "none", 0.5, False),
)


def write_posts(path, times=1, header=HEADER):
    """Write the posts, as often as asked for, each time under other ids and in other threads; return the file."""
    lines = [header]
    for number in range(times):
        for post in POSTS:
            cells = ["" if cell is None else str(cell) for cell in post]
            if times > 1:
                cells[0], cells[2] = f"{cells[0]}-{number}", f"{cells[2]}-{number}"
            lines.append(",".join(cells))
    path.write_text("\n".join([*lines, ""]), "utf-8")
    return path
