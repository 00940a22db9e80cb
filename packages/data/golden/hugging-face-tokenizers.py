"""Small tokenizers of the kinds that models have, by Hugging Face's tokenizers 0.23, and what they make of random texts.

Each is trained on a few lines with the normalizer, pre_tokenizer, model and decoder of the models named; the patterns are those of
their files. `encoded` has the numbers with special tokens looked for (`special`) and as plain text (`plain`), `decoded` the text of
the former without special tokens.

Run: python hugging-face-tokenizers.py [texts] [file] (1,000 texts were compared once; 24 stand here)
"""
import json
import os
import random
import sys

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
SPACES = r'\s*[\r\n]+|\s+(?!\S)|\s+'
REST = r' ?[^\s\p{L}\p{N}]+[\r\n]*|' + SPACES
LLAMA3 = CONTRACTIONS + r'|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|' + REST
QWEN2 = CONTRACTIONS + r'|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}|' + REST
QWEN35 = CONTRACTIONS + r'|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|' + SPACES
UPPER, LOWER = r'[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]', r'[\p{Ll}\p{Lm}\p{Lo}\p{M}]'


def cased(tail):
    return r'[^\r\n\p{L}\p{N}]?%s*%s+%s|[^\r\n\p{L}\p{N}]?%s+%s*%s' % (UPPER, LOWER, tail, UPPER, LOWER, tail)


GPT4O = cased(CONTRACTIONS + '?') + r'|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|' + SPACES
NEMO = cased('') + r'|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|' + SPACES
DEEPSEEK = [
    r'\p{N}{1,3}',
    '[一-龥぀-ゟ゠-ヿ]+',
    r"""[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|""" + SPACES,
]
CORPUS = [
    "the theory of the thing isn't there, they'll say; WE'RE HERE 1234 12 3 000",
    'für die Größe: été, naïve café — 人工知能は楽しい。 привет, мир 🙂🙂 👩‍👩‍👧',
    'def f(x):\n    return x + 1\n\n\n  # done\r\n\tif True: pass',
]
ALPHABET = list("abtheTHE'sSdD.,;!?-_/\\<>|[]{}()=+*#@\"`~0123456789  \n\n\t\r") + [
    '   ', "'ll", "'RE", "'ſ", 'the ', ' the', 'é', 'ö', 'ß', 'Ω', 'ж', 'И', '人', '工', 'の', 'ア', '한', '가', 'ا', 'न', 'ी',
    '²', '½', '٣', 'Ⅷ', '🙂', '👩\u200d👩\u200d👧', '🇩🇪', '—', '…', '€', 'e\u0301', 'a\u0308', 'ǅ', 'ʰ',
    '\u0085', '\u00a0', '\u2003', '\u2028', '\u3000', '\u200b', '\u200d', '\ufeff',
    '<|end|>', '<|user|>', '<tool>', ' <|end|> ', '<|en', '▁', 'Ġ', '<0x41>', '##s',
]


def split(pattern, behavior='isolated', invert=False):
    return pre_tokenizers.Split(Regex(pattern), behavior, invert)


def byte_level(splits, normalizer=None, prefix=False, own=False, ignore_merges=False):
    tokenizer = Tokenizer(models.BPE(ignore_merges=ignore_merges))
    if normalizer:
        tokenizer.normalizer = normalizer
    last = pre_tokenizers.ByteLevel(add_prefix_space=prefix, use_regex=own)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([*splits, last]) if splits else last
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(CORPUS, trainers.BpeTrainer(
        vocab_size=320, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    return tokenizer


def pieces(normalizer, pre_tokenizer, decoder, byte_fallback=True):
    tokenizer = Tokenizer(models.BPE(unk_token='<unk>', fuse_unk=True, byte_fallback=byte_fallback))
    if normalizer:
        tokenizer.normalizer = normalizer
    if pre_tokenizer:
        tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoder
    fallback = ['<0x%02X>' % byte for byte in range(256)]
    tokenizer.train_from_iterator(CORPUS[:1] * 2, trainers.BpeTrainer(
        vocab_size=380, special_tokens=['<unk>', *fallback], show_progress=False))
    content = json.loads(tokenizer.to_str())
    # The bytes are tokens of the vocabulary, not added ones, in the files of models.
    content['added_tokens'] = [token for token in content['added_tokens'] if token['content'] == '<unk>']
    return Tokenizer.from_str(json.dumps(content))


def unigram():
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(' {2,}'), ' ')])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.train_from_iterator(CORPUS, trainers.UnigramTrainer(
        vocab_size=120, special_tokens=['<unk>'], unk_token='<unk>', show_progress=False))
    return tokenizer


def word_piece():
    tokenizer = Tokenizer(models.WordPiece(unk_token='[UNK]'))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece(cleanup=False)
    tokenizer.train_from_iterator(CORPUS, trainers.WordPieceTrainer(
        vocab_size=160, special_tokens=['[UNK]'], show_progress=False))
    return tokenizer


def tokenizers():
    to_space = [decoders.Replace('▁', ' '), decoders.ByteFallback(), decoders.Fuse()]
    prepend = normalizers.Sequence([normalizers.Prepend('▁'), normalizers.Replace(' ', '▁')])
    yield 'llama3', byte_level([split(LLAMA3)], ignore_merges=True)
    yield 'qwen2', byte_level([split(QWEN2)], normalizers.NFC())
    yield 'qwen35', byte_level([split(QWEN35)], normalizers.NFC())
    yield 'gpt4o', byte_level([split(GPT4O)])
    yield 'nemo', byte_level([split(NEMO)])
    yield 'deepseek', byte_level([split(pattern) for pattern in DEEPSEEK])
    yield 'smollm', byte_level([pre_tokenizers.Digits(individual_digits=True)], own=True)
    yield 'gpt4-removed', byte_level([split(LLAMA3, 'removed', True)])
    yield 'prefixed', byte_level([], prefix=True, own=True)
    yield 'llama2', pieces(prepend, None, decoders.Sequence([*to_space, decoders.Strip(' ', 1, 0)]))
    yield 'gemma', pieces(normalizers.Replace(' ', '▁'), pre_tokenizers.Split(' ', 'merged_with_previous'),
                          decoders.Sequence(to_space))
    yield 'mistral', pieces(None, pre_tokenizers.Metaspace(prepend_scheme='first', split=False),
                            decoders.Sequence([*to_space, decoders.Strip(' ', 1, 0)]))
    yield 'unigram', unigram()
    yield 'word-piece', word_piece()


def cases(tokenizer, texts):
    tokenizer.add_special_tokens([AddedToken('<|end|>', special=True, normalized=False),
                                  AddedToken('<|user|>', special=True, normalized=False, lstrip=True, rstrip=True)])
    tokenizer.add_tokens([AddedToken('<tool>', normalized=False)])
    end = tokenizer.token_to_id('<|end|>')
    tokenizer.post_processor = processors.TemplateProcessing(single='<|end|> $A', special_tokens=[('<|end|>', end)])
    content = json.loads(tokenizer.to_str())
    special = [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]
    decoded = [tokenizer.decode(ids) for ids in special]
    tokenizer.encode_special_tokens = True
    plain = [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]
    return {'json': content, 'special': special, 'plain': plain, 'decoded': decoded}


count = int(sys.argv[1]) if len(sys.argv) > 1 else 24
draw = random.Random(0)
texts = [''.join(draw.choice(ALPHABET) for _ in range(draw.randint(1, 30))) for _ in range(count)]
result = {'texts': texts, 'kinds': {name: cases(tokenizer, texts) for name, tokenizer in tokenizers()}}
where = sys.argv[2] if len(sys.argv) > 2 else os.path.splitext(__file__)[0] + '.json'
with open(where, 'w') as file:
    json.dump(result, file, ensure_ascii=True)
