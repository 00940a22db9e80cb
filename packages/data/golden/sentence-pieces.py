"""Small models of SentencePiece 0.2 and what they make of random texts, beside the tokenizer.json that Hugging Face's way of conversion
makes of each (transformers 5.18: merges of all pairs by score; byte pairs as of Llama 2 and of Gemma, unigram as of T5).

For each: `model` is the tokenizer.model in base64, `ids` and `decoded` are of the package sentencepiece, `json` is Hugging Face's file and
`hf` what the package tokenizers 0.23 makes of the texts with it.

Run: python sentence-pieces.py [texts] [file] (2,000 texts were compared once; 24 stand here)
"""
import base64
import io
import json
import os
import random
import sys
import tempfile

import sentencepiece as spm
from sentencepiece import sentencepiece_model_pb2 as proto
from tokenizers import Tokenizer

CORPUS = [
    "the theory of the thing isn't there, they'll say; WE'RE HERE 1234 12 3 000",
    'für die Größe: été, naïve café — 人工知能は楽しい。 привет, мир 🙂🙂',
    'def f(x):\n    return x + 1\n\n\n  # done\r\n\tif True: pass', 'aaaa aaa aa a aaaaaaa    aaaa  ababab ab abab',
] * 3
ALPHABET = list("abtheTHE'sD.,;!?-_/<>|[]()=+0123  \n\t\r") + [
    '  ', '    ', 'the ', ' the', 'they', 'aaa', 'abab', 'é', 'ö', 'Ω', 'ж', '人', 'の', '한', '가', 'ا', '²', '½', 'ﬁ', '🙂',
    '👩\u200d👩', '—', '…', 'e\u0301', '\u00a0', '\u3000', '\u200b', '\ufeff', '▁', '<0x41>', '<s>', '</s>', '<unk>', '<tool>',
]
PLAIN = dict(normalization_rule_name='identity', remove_extra_whitespaces=False)
RULES = os.path.join(tempfile.mkdtemp(), 'rules.tsv')
with open(RULES, 'w') as rules:
    for source, target in {'ﬁ': 'fi', '\u200d': ' ', '\u200b': ' ', '\u3000': ' ', '\t': ' ', '\n': ' ', '\r': ' ', '½': '1⁄2', 'e\u0301': 'é', '\ufeff': ''}.items():
        codes = [' '.join('%X' % ord(letter) for letter in text) for text in (source, target)]
        rules.write('\t'.join(codes) + '\n')
SETTINGS = {
    'llama': dict(PLAIN, model_type='bpe', byte_fallback=True, vocab_size=380, split_digits=True),
    'gemma': dict(PLAIN, model_type='bpe', byte_fallback=True, vocab_size=400, add_dummy_prefix=False, user_defined_symbols=['<tool>', '\n\n'],
                  allow_whitespace_only_pieces=True, pad_id=0, eos_id=1, bos_id=2, unk_id=3),
    't5': dict(model_type='unigram', normalization_rule_tsv=RULES, vocab_size=110, pad_id=0, eos_id=1, unk_id=2, bos_id=-1),
    'spaces': dict(PLAIN, model_type='unigram', vocab_size=120),
}


def trained(settings):
    made = io.BytesIO()
    spm.SentencePieceTrainer.train(sentence_iterator=iter(CORPUS), model_writer=made, minloglevel=2, hard_vocab_limit=False, **settings)
    return made.getvalue()


def converted(model):
    """convert_slow_tokenizer.py: LlamaConverter, GemmaConverter, SpmConverter."""
    pieces, normalizer = model.pieces, model.normalizer_spec
    is_bpe = model.trainer_spec.model_type == 2
    special = [(i, p) for i, p in enumerate(pieces) if p.type in (2, 3, 4)]
    added = [dict(id=i, content=p.piece, single_word=False, lstrip=False, rstrip=False, normalized=False, special=p.type != 4)
             for i, p in special]
    space = dict(type='Replace', pattern=dict(String=' '), content='▁')
    decoders = [dict(type='Replace', pattern=dict(String='▁'), content=' '), dict(type='ByteFallback'), dict(type='Fuse')]
    if normalizer.add_dummy_prefix:
        decoders.append(dict(type='Strip', content=' ', start=1, stop=0))
    content = dict(version='1.0', truncation=None, padding=None, added_tokens=added, post_processor=None, pre_tokenizer=None,
                   decoder=dict(type='Sequence', decoders=decoders))
    if is_bpe:
        vocab = {p.piece: i for i, p in enumerate(pieces)}
        skip = {p.piece for _, p in special}
        merges = []
        for i, p in enumerate(pieces):  # generate_merges
            if p.type != 1:
                continue
            local = []
            for cut in range(1, len(p.piece)):
                left, right = p.piece[:cut], p.piece[cut:]
                if left in vocab and right in vocab and left not in skip and right not in skip:
                    local.append((left, right, p.score))
            merges.extend(sorted(local, key=lambda x: (vocab[x[0]], vocab[x[1]])))
        merges = [[left, right] for left, right, _ in sorted(merges, key=lambda x: x[2], reverse=True)]
        steps = [dict(type='Prepend', prepend='▁'), space] if normalizer.add_dummy_prefix else [space]
        content['normalizer'] = dict(type='Sequence', normalizers=steps)
        content['model'] = dict(
            type='BPE', dropout=None, unk_token='<unk>', continuing_subword_prefix=None, end_of_word_suffix=None, fuse_unk=True,
            byte_fallback=True, ignore_merges=False, vocab=vocab, merges=merges)
        return content
    strip = [dict(type='Strip', strip_left=True, strip_right=True), dict(type='Replace', pattern=dict(Regex=' {2,}'), content=' ')]
    steps = strip if normalizer.remove_extra_whitespaces else []
    if normalizer.precompiled_charsmap:
        charsmap = base64.b64encode(normalizer.precompiled_charsmap).decode()
        steps = [dict(type='Precompiled', precompiled_charsmap=charsmap), *steps]
    content['normalizer'] = dict(type='Sequence', normalizers=[*steps, dict(type='Prepend', prepend='▁'), space])
    content['model'] = dict(type='Unigram', unk_id=model.trainer_spec.unk_id, vocab=[[p.piece, p.score] for p in pieces], byte_fallback=False)
    return content


def cases(settings, texts):
    made = trained(settings)
    model = proto.ModelProto.FromString(made)
    processor = spm.SentencePieceProcessor(model_proto=made)
    content = converted(model)
    oracle = json.loads(json.dumps(content))
    if oracle['model']['type'] == 'Unigram':  # takes names of special tokens in a text for pieces, which SentencePiece does not
        for entry in oracle['model']['vocab']:
            if entry[0] in ('<pad>', '<s>', '</s>', '<unk>'):
                entry[0] = '\U0010ffff' + entry[0]
    tokenizer = Tokenizer.from_str(json.dumps(oracle))
    tokenizer.encode_special_tokens = True
    ids = [processor.encode(text) for text in texts]
    return {
        'model': base64.b64encode(made).decode(), 'json': content, 'ids': ids, 'decoded': [processor.decode(one) for one in ids],
        'hf': [tokenizer.encode(text, add_special_tokens=False).ids for text in texts],
    }


count = int(sys.argv[1]) if len(sys.argv) > 1 else 24
draw = random.Random(0)
texts = [''.join(draw.choice(ALPHABET) for _ in range(draw.randint(1, 30))) for _ in range(count)]
result = {'texts': texts, 'kinds': {name: cases(settings, texts) for name, settings in SETTINGS.items()}}
where = sys.argv[2] if len(sys.argv) > 2 else os.path.splitext(__file__)[0] + '.json'
with open(where, 'w') as file:
    json.dump(result, file, ensure_ascii=True)
