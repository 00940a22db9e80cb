"""Golden values of BLEU, chrF and TER, from sacrebleu 2.6.0: run `python3 text-scores.py > text-scores.json` with sacrebleu and its `regex`.

`ours` are the strings of sacrebleu's own tests, `random` drawn ones: words of many scripts, entities, numbers, marks, empty lines, moved
and repeated runs; with one reference, with several, and with some missing (null). Options are named as in our package.
"""

import json
import logging
import random
import sys

from sacrebleu.metrics import BLEU, CHRF, TER
from sacrebleu.significance import PairedTest

logging.getLogger("sacrebleu").setLevel(logging.ERROR)

NAMES = {
    "tokenize": "tokenize", "lowercase": "lowercase", "smooth": "smooth_method", "smoothValue": "smooth_value",
    "maxOrder": "max_ngram_order", "effectiveOrder": "effective_order", "charOrder": "char_order", "wordOrder": "word_order",
    "beta": "beta", "whitespace": "whitespace", "epsSmoothing": "eps_smoothing", "normalized": "normalized",
    "noPunct": "no_punct", "asianSupport": "asian_support", "caseSensitive": "case_sensitive",
}
OPTIONS = {
    "bleu": [{"tokenize": t} for t in ["13a", "intl", "zh", "char", "none"]]
    + [{"lowercase": True}, {"maxOrder": 2}, {"effectiveOrder": True}]
    + [{"smooth": s} for s in ["none", "floor", "add-k"]]
    + [{"smooth": "floor", "smoothValue": 0.5, "effectiveOrder": True}, {"smooth": "add-k", "smoothValue": 2, "tokenize": "intl"}],
    "chrf": [{}, {"wordOrder": 2}, {"whitespace": True}, {"lowercase": True, "beta": 3}, {"epsSmoothing": True}, {"charOrder": 4, "wordOrder": 1, "beta": 1}],
    "ter": [{}, {"normalized": True}, {"noPunct": True}, {"caseSensitive": True}, {"normalized": True, "asianSupport": True},
            {"normalized": True, "noPunct": True, "asianSupport": True, "caseSensitive": True}, {"noPunct": True, "asianSupport": True}],
}
TYPES = {"bleu": BLEU, "chrf": CHRF, "ter": TER}


def make(kind, options):
    return TYPES[kind](**{NAMES[k]: v for k, v in options.items()}, **({"force": True} if kind == "bleu" else {}))


def streams(references):
    width = max(len(r) for r in references)
    return [[r[i] if i < len(r) else None for r in references] for i in range(width)]


def measured(hypotheses, references, sentences=False):
    rows = []
    for kind, all_options in OPTIONS.items():
        for options in all_options:
            metric = make(kind, options)
            score = metric.corpus_score(hypotheses, streams(references))
            row = {"metric": kind, "options": options, "score": score.score, "signature": f"{score.name}|{metric.get_signature()}"}
            if kind == "bleu":
                row["parts"] = [*score.precisions, score.bp, score.ratio]
            if sentences:
                row["sentences"] = [metric.sentence_score(h, [x for x in r if x is not None]).score for h, r in zip(hypotheses, references)]
            rows.append(row)
    return {"hypotheses": hypotheses, "references": references, "rows": rows}


WORDS = """the a of to cat dog sat on mat was It's don't U.S. 3.14 1,000 2-3 50% $5 (hi) "quote" end. end, e.g. well-known
naïve café Straße ĐĂNG İstanbul ΣΊΣΥΦΟΣ привет мир שלום مرحبا नमस्ते สวัสดี 我 喜欢 猫。 日本語 カタカナ ひらがな 「括弧」 한국어 가 😀 👩‍👩‍👧 𠮷野家 ﬁn
&quot;x&quot; &amp; &lt;b&gt; &apos; <skipped> – — “curly” ‘s → ∞ € № ½ ² x² a,b 1,a a.1 -5 5- '' `tick` {b} [c] ~ _u_ a/b 10:30 ！？ （全） ．""".split()
SPACES = [" ", " ", " ", " ", " ", "  ", "\u00a0", "\u3000", "\t", "\u2009", "\ufeff", "\x1f", "\u0085"]


def line(rng, longest):
    length = rng.choice([0, 1, 2, 3, rng.randint(4, longest), rng.randint(4, longest), rng.randint(4, longest)])
    text = ""
    for _ in range(length):
        text += rng.choice(WORDS) + rng.choice(SPACES)
    return text if rng.random() < 0.3 else text.rstrip(" ")


def changed(rng, text):
    tokens = text.split(" ")
    for _ in range(rng.randint(0, 4)):
        i, j = sorted(rng.randrange(len(tokens) + 1) for _ in range(2))
        kind = rng.random()
        if kind < 0.4:
            run = tokens[i:j][:6]
            rest = tokens[:i] + tokens[i + len(run):]
            k = rng.randrange(len(rest) + 1)
            tokens = rest[:k] + run + rest[k:]
        elif kind < 0.6:
            tokens = tokens[:i] + [rng.choice(WORDS)] + tokens[i:]
        elif kind < 0.8:
            tokens = tokens[:i] + tokens[i + 1:]
        else:
            tokens = tokens[:i] + tokens[i:j][:4] + tokens[i:]
    return " ".join(tokens)


def drawn(seed, count, longest, most):
    rng = random.Random(seed)
    references, hypotheses = [], []
    for _ in range(count):
        first = line(rng, longest)
        others = [changed(rng, first) if rng.random() < 0.7 else line(rng, longest) for _ in range(most - 1)]
        others = [x for x in others if rng.random() < 0.8]
        references.append([first, *others])
        hypotheses.append(changed(rng, first) if rng.random() < 0.85 else line(rng, longest))
    return hypotheses, references


def moved(seed, words, vocabulary):
    """One long sentence in pieces of few words, for the limits of the search of TER."""
    rng = random.Random(seed)
    tokens = [f"w{rng.randrange(vocabulary)}" for _ in range(words)]
    pieces = [tokens[i:i + 7] for i in range(0, words, 7)]
    rng.shuffle(pieces)
    return " ".join(sum(pieces, [])), " ".join(tokens)


readme = (
    ["The dog bit the man.", "It wasn't surprising.", "The man had just bitten him."],
    [["The dog bit the man.", "The dog had bit the man."], ["It was not unexpected.", "No one was surprised."], ["The man bit him first.", "The man had bitten the dog."]],
)
one = lambda hypotheses, references: (hypotheses, [[r] for r in references])
ours = [
    readme,
    (["", "", ""], readme[1]),
    (["this is a test", "another test"], [["ref1"], ["ref2"]]),
    one(["this is a fest"], ["this is a test"]),
    one(["am I am a character sequence"], ["I am a symbol string sequence a a"]),
    one(["test"], ["a test"]),
    one(["a little test"], ["a test"]),
    one(["Producția de zahăr primă va fi exprimată în ceea ce privește zahărul alb;"], ["producţia de zahăr brut se exprimă în zahăr alb;"]),
    one(["this is a cat"], ["okay thanks"]),
    one(["abcdefg"], ["hijklmnop"]),
    one(["a", "b"], ["a", "c"]),
    one(["aa"], ["ab"]),
    one(["a b c"], ["abc"]),
    one([""], ["a"]),
    one(["a"], [""]),
    one([""], [""]),
    one([" Die    Beziehung zwischen  Obama und Netanjahu ist nicht gerade  freundlich. "], ["Das Verhältnis zwischen Obama und Netanyahu ist nicht gerade freundschaftlich."]),
    one(["risk assessment must be made of those who are qualified and expertise in the sector - these are the scientists ."],
        ["risk assessment has to be undertaken by those who are qualified and expert in that area - that is the scientists ."]),
    one(["Co nás nejvíc trápí, protože lékaři si vybírají, kdo bude žít a kdo zemře.", "Nebo prostě nemají vybavení, které by jim pomohlo, uvedli lékaři."],
        ["Nejvíce smutní jsme z toho, že musíme rozhodovat o tom, kdo bude žít a kdo zemře.", "A někdy nemáme ani potřebný materiál, abychom jim pomohli, popsali lékaři."]),
    one(["dddd eeee ffff"], ["aaaa bbbb cccc"]),
    one(["d e f g h a b c"], ["a b c d e f g h"]),
    one(["wählen Sie \" Bild neu berechnen , \" um beim Ändern der Bildgröße Pixel hinzuzufügen oder zu entfernen , damit das Bild ungefähr dieselbe Größe aufweist wie die andere Größe .",
         "Sie können beispielsweise ein Dokument erstellen , das ein Auto über die Bühne enthält ."],
        ["wählen Sie \" Bild neu berechnen , \" um beim Ändern der Bildgröße Pixel hinzuzufügen oder zu entfernen , damit die Darstellung des Bildes in einer anderen Größe beibehalten wird .",
         "Sie können beispielsweise ein Dokument erstellen , das ein Auto enthalt , das sich über die Bühne bewegt ."]),
    one(["A ; B ) C : D.", "Jim's car.", "4.2", "a b (c) d.", "美众院公布对特", "りの拳銃を持"], ["a b c d", "Jim 's cars .", "4.3", "a c d", "美众院公布", "りの拳"]),
]

random_corpora = [
    measured(*drawn(1, 30, 15, 1), sentences=True),
    measured(*drawn(2, 20, 40, 3), sentences=True),
]
pairs = [moved(s, n, v) for s, n, v in [(1, 150, 60), (2, 120, 9), (3, 60, 1000), (4, 200, 30)]]
pairs += [(b, " ".join(a.split()[: len(a.split()) // 8])) for a, b in pairs[:2]] + [(" ".join(a.split()[:5]), b) for a, b in pairs]
long = {"hypotheses": [a for a, _ in pairs], "references": [b for _, b in pairs], "ter": [TER().sentence_score(a, [b]).score for a, b in pairs]}


def compared():
    """Two systems beside a baseline by paired bootstrap, 4,000 rounds: exact up to the noise of resampling."""
    rng = random.Random(11)
    vocabulary = [f"w{i}" for i in range(30)]
    reference = [" ".join(rng.choice(vocabulary) for _ in range(12)) for _ in range(60)]
    noisy = lambda share: [" ".join(rng.choice(vocabulary) if rng.random() < share else w for w in r.split()) for r in reference]
    systems = {"baseline": noisy(0.25), "near": noisy(0.24), "far": noisy(0.5)}
    metrics = {"bleu": BLEU(references=[reference]), "chrf": CHRF(references=[reference])}
    _, found = PairedTest(list(systems.items()), metrics, references=None, test_type="bs", n_samples=4000)()
    rows = {m: [[None if x is None else float(x) for x in (r.score, r.p_value, r.mean, r.ci)] for r in found[name]] for m, name in [("bleu", "BLEU"), ("chrf", "chrF2")]}
    return {"reference": reference, "systems": systems, "rows": rows}


golden = {"ours": [measured(*case) for case in ours], "random": random_corpora, "long": long, "compared": compared()}
print(json.dumps(golden, separators=(",", ":"), ensure_ascii=False), file=sys.stdout)
