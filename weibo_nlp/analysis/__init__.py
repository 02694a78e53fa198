"""What a social scientist asks of labelled posts: samples, shares with intervals, key words, a page."""
