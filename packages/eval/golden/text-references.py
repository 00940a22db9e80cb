"""Golden values of metrics of texts but BLEU, chrF and TER: run `python3 text-references.py > text-references.json`.

torchmetrics 1.9 (ROUGE with lines as sentences, WER, CER), NLTK 3.10 (METEOR without stems and synonyms, Porter's stems, sentence BLEU
for self-BLEU), SciPy 1.17 (Zipf's line), and for MAUVE NumPy with the formulas of its authors' program, on scikit-learn's k-means where
that takes faiss'. The features are hashed numbers, see `features` and `hashed-cloud.ts`.
"""

import json
import random
import sys
from collections import Counter
from unittest.mock import MagicMock

for name in ["torchvision", "torchvision.transforms", "torchvision.models"]:
    sys.modules[name] = MagicMock(__spec__=MagicMock())  # nothing here needs it, and it must fit torch

import numpy as np
from nltk.stem.porter import PorterStemmer
from nltk.translate.bleu_score import SmoothingFunction, sentence_bleu
from nltk.translate.meteor_score import meteor_score
from scipy.stats import linregress
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from torchmetrics.functional.text import char_error_rate, word_error_rate
from torchmetrics.functional.text import rouge as tm

STEMS = """caresses ponies ties dies cats feed agreed plastered bled motoring sing conflated troubled sized hopping tanned falling hissing fizzed
failing filing happy sky enjoy spy relational conditional rational valenci hesitanci digitizer conformabli radicalli differentli vileli
analogousli vietnamization predication operator feudalism decisiveness hopefulness callousness formaliti sensitiviti sensibiliti triplicate
formative formalize electriciti electrical hopeful goodness revival allowance inference airliner gyroscopic adjustable defensible irritant
replacement adjustment dependent adoption homologou communism activate angulariti homologous effective bowdlerize probate rate cease controll
roll dying news innings outings proceed skies archaeology geologi theologically beautifully yyyy syzygy tried tied flies died died say saying
toys ally allied basically really generalizations oscillators abli ement ion nation nations x2000s 2000s axe boxes sayings employees wiring
controlled doubling quizzed agreement cement ate ized ing bed skiing being eyes exceedingly""".split()
WORDS = "the cats running happily relational hopes Hope 42 a-b it's national nations café naïve agreed".split()


def text(rng, lines=3, words=9):
    return "\n".join(" ".join(rng.choice(WORDS) for _ in range(rng.randint(0, words))) for _ in range(rng.randint(1, lines)))


class Stem:
    stem = staticmethod(lambda w: w)


class Nothing:
    synsets = staticmethod(lambda w: [])


def rouge(h, refs, stemmer):
    """As torchmetrics and Google's rouge_score: the best F-score of each type; lines are the sentences of Lsum."""
    tok = lambda s: tm._normalize_and_tokenize_text(s, stemmer)
    lines = lambda s: [tok(x) for x in s.split("\n")]
    kinds = {
        "rouge1": lambda r: tm._rouge_n_score(tok(h), tok(r), 1),
        "rouge2": lambda r: tm._rouge_n_score(tok(h), tok(r), 2),
        "rougeL": lambda r: tm._rouge_l_score(tok(h), tok(r)),
        "rougeLsum": lambda r: tm._rouge_lsum_score(lines(h), lines(r)),
    }
    best = {k: max((f(r) for r in refs), key=lambda s: s["fmeasure"].item()) for k, f in kinds.items()}
    return {k: [s["fmeasure"].item(), s["precision"].item(), s["recall"].item()] for k, s in best.items()}


def pairs():
    rng = random.Random(1)
    rows = []
    for _ in range(24):
        h, refs = text(rng), [text(rng) for _ in range(rng.randint(1, 3))]
        split = lambda s: s.split()
        meteor = meteor_score([split(r) for r in refs], split(h), stemmer=Stem, wordnet=Nothing)
        rows.append({"hypothesis": h, "references": refs, "meteor": meteor, "rouge": rouge(h, refs, None), "stemmed": rouge(h, refs, PorterStemmer())})
    return rows


def self_bleu(texts, order):
    split = [t.split() for t in texts]
    weights = tuple(1 / order for _ in range(order))
    return float(np.mean([sentence_bleu(split[:i] + split[i + 1:], s, weights, smoothing_function=SmoothingFunction().method1) for i, s in enumerate(split)]))


def alone():
    rng = random.Random(2)
    texts = [" ".join(rng.choice(WORDS[: rng.randint(1, 12)]) for _ in range(rng.randint(0, 14))) for _ in range(20)]
    counts = sorted(Counter(w for t in texts for w in t.split()).values(), reverse=True)
    line = linregress(np.log(np.arange(1, len(counts) + 1)), np.log(counts))
    return {"texts": texts, "selfBleu": [self_bleu(texts, n) for n in [2, 3, 4]], "zipf": [-line.slope, -line.rvalue]}


def curve(p, q, c=5, points=25):
    """The arithmetic of the authors' program."""
    p, q = p / p.sum(), q / q.sum()
    kl = lambda a, b: np.sum(a[a > 0] * np.log(a[a > 0] / b[a > 0]))
    xy = [[0, np.inf]] + [[kl(q, w * p + (1 - w) * q), kl(p, w * p + (1 - w) * q)] for w in np.linspace(1e-6, 1 - 1e-6, points)] + [[np.inf, 0]]
    x, y = np.exp(-c * np.array(xy)).T
    by_x, by_y = np.argsort(x, kind="stable"), np.argsort(y, kind="stable")
    mauve = 0.5 * (np.trapezoid(y[by_x], x[by_x]) + np.trapezoid(x[by_y], y[by_y]))
    total = 0.0
    for a, b in zip(p, q):
        if a == 0 or b == 0:
            total += (a + b) / 4
        elif abs(a - b) > 1e-8:
            total += (a + b) / 4 - 0.5 * a * b * (np.log(a) - np.log(b)) / (a - b)
    return [float(mauve), float(2 * total)]


def histograms():
    rng = np.random.default_rng(3)
    rows = []
    for bins, c, points in [(2, 5, 25), (5, 5, 25), (30, 5, 25), (30, 1, 25), (100, 5, 7), (8, 10, 100)]:
        p, q = rng.integers(0, 9, bins), rng.integers(0, 9, bins)
        p[0], q[0] = 3, 4
        rows.append({"p": p.tolist(), "q": q.tolist(), "scaling": c, "points": points, "found": curve(p, q, c, points)})
    return rows


def cloud(seed, points):
    bits = (np.arange(3 * points, dtype=np.uint64) + np.uint64(seed * 1000003)) & np.uint64(0xFFFFFFFF)
    for _ in range(2):
        bits = ((bits ^ (bits >> np.uint64(16))) * np.uint64(0x45D9F3B)) & np.uint64(0xFFFFFFFF)
    bits = bits ^ (bits >> np.uint64(16))
    return (bits / 2**32 - 0.5).astype(np.float32).astype(np.float64)


def features(seed, count, width, shift):
    """About Gaussian: sums of six hashed uniforms, each column of its own scale, the first three shifted."""
    sums = sum(cloud(seed + i, count * width // 3) for i in range(6)).reshape(count, width)
    return sums / np.arange(1, width + 1) ** 0.5 + shift * (np.arange(width) < 3)


def whole():
    """With few clusters k-means finds one answer; with a tenth of the samples each seed another, so that only means compare."""
    rows = []
    for count, other, width, shift, k in [(1000, 1000, 3, 0.2, 4), (1000, 700, 6, 0.5, 3), (1500, 1500, 3, 1, 6), (900, 600, 12, 0.2, None), (1000, 1000, 6, 0.5, None)]:
        p, q = features(10, count, width, 0), features(20, other, width, shift)
        data = np.vstack([q, p])
        data = data / np.linalg.norm(data, axis=1, keepdims=True)
        pca = PCA(n_components=None, whiten=False, random_state=26).fit(data)
        kept = int(np.argmax(np.cumsum(pca.explained_variance_ratio_) >= 0.9)) + 1
        data = pca.transform(data)[:, :kept].astype(np.float32)
        k = k or max(2, int(round(min(count, other) / 10)))
        found = []
        for seed in range(8):
            labels = KMeans(k, init="random", n_init=5, max_iter=500, random_state=seed).fit_predict(data)
            q_counts, p_counts = np.bincount(labels[:other], minlength=k), np.bincount(labels[other:], minlength=k)
            found.append(curve(p_counts, q_counts) + curve(p_counts + 0.5, q_counts + 0.5))
        rows.append({"count": count, "other": other, "width": width, "shift": shift, "kept": kept, "clusters": k, "runs": found})
    return rows


def errors():
    rng = random.Random(4)
    ours, theirs = [text(rng, 1) for _ in range(15)], [text(rng, 1) or "the" for _ in range(15)]
    return {"hypotheses": ours, "references": theirs, "wer": word_error_rate(ours, theirs).item(), "cer": char_error_rate(ours, theirs).item()}


golden = {
    "stems": {w: PorterStemmer().stem(w) for w in STEMS},
    "pairs": pairs(),
    "errors": errors(),
    "alone": alone(),
    "histograms": histograms(),
    "whole": whole(),
}
print(json.dumps(golden, separators=(",", ":"), ensure_ascii=False), file=sys.stdout)
