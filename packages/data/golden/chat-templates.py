"""Chat templates as models have them (shortened, written anew), rendered by Hugging Face's transformers 5.18 over jinja2.

`rendered` is apply_chat_template(turns, tokenize=False), `prompt` the same of the turns before the last with
add_generation_prompt=True, or null where the template raises an exception. `tokens` and `mask` of a template with
{% generation %} are input_ids and assistant_masks with the tokenizer of kind qwen2 in hugging-face-tokenizers.json.

Run: python chat-templates.py
"""
import json
import os

from jinja2.exceptions import TemplateError
from tokenizers import Tokenizer
from transformers import PreTrainedTokenizerFast

HERE = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(HERE, 'hugging-face-tokenizers.json')) as file:
    qwen = json.load(file)['kinds']['qwen2']['json']

TEMPLATES = {
    'chatml': """{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}""",
    'smollm': """{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system\nYou are a helpful AI assistant named SmolLM<|im_end|>\n' }}{% endif %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}""",
    'qwen25': """{%- if tools %}
    {{- '<|im_start|>system\\n# Tools\\n' }}
    {%- for tool in tools %}
        {{- tool | tojson }}
    {%- endfor %}
{%- else %}
    {%- if messages[0]['role'] == 'system' %}
        {{- '<|im_start|>system\\n' + messages[0]['content'] + '<|im_end|>\\n' }}
    {%- else %}
        {{- '<|im_start|>system\\nYou are Qwen, created by Alibaba Cloud. You are a helpful assistant.<|im_end|>\\n' }}
    {%- endif %}
{%- endif %}
{%- for message in messages %}
    {%- if (message.role == "user") or (message.role == "system" and not loop.first) or (message.role == "assistant" and not message.tool_calls) %}
        {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
{%- endif %}
""",
    'llama3': """{{- bos_token }}
{%- if not date_string is defined %}
    {%- set date_string = "26 Jul 2024" %}
{%- endif %}
{%- if messages[0]['role'] == 'system' %}
    {%- set system_message = messages[0]['content']|trim %}
    {%- set messages = messages[1:] %}
{%- else %}
    {%- set system_message = "" %}
{%- endif %}
{{- "<|start_header_id|>system<|end_header_id|>\\n\\n" }}
{{- "Today Date: " + date_string + "\\n\\n" }}
{{- system_message }}
{{- "<|eot_id|>" }}
{%- for message in messages %}
    {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n'+ message['content'] | trim + '<|eot_id|>' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}
{%- endif %}
""",
    'llama2': """{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}{% set system_message = messages[0]['content'] %}{% else %}{% set loop_messages = messages %}{% set system_message = false %}{% endif %}{% for message in loop_messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}{% if loop.index0 == 0 and system_message != false %}{% set content = '<<SYS>>\\n' + system_message + '\\n<</SYS>>\\n\\n' + message['content'] %}{% else %}{% set content = message['content'] %}{% endif %}{% if message['role'] == 'user' %}{{ bos_token + '[INST] ' + content.strip() + ' [/INST]' }}{% elif message['role'] == 'assistant' %}{{ ' '  + content.strip() + ' ' + eos_token }}{% endif %}{% endfor %}""",
    'mistral': """{{ bos_token }}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}{% if message['role'] == 'user' %}{{ '[INST] ' + message['content'] + ' [/INST]' }}{% elif message['role'] == 'assistant' %}{{ message['content'] + eos_token}}{% else %}{{ raise_exception('Only user and assistant roles are supported!') }}{% endif %}{% endfor %}""",
    'gemma': """{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}{% if (message['role'] == 'assistant') %}{% set role = 'model' %}{% else %}{% set role = message['role'] %}{% endif %}{{ '<start_of_turn>' + role + '\n' + message['content'] | trim + '<end_of_turn>\n' }}{% endfor %}{% if add_generation_prompt %}{{'<start_of_turn>model\n'}}{% endif %}""",
    'qwen3': """{%- set ns = namespace(last_query_index=messages|length - 1) %}
{%- for message in messages[::-1] %}
    {%- set index = (messages|length - 1) - loop.index0 %}
    {%- if ns.last_query_index == messages|length - 1 and message.role == "user" %}
        {%- set ns.last_query_index = index %}
    {%- endif %}
{%- endfor %}
{%- for message in messages %}
    {%- if message.role == "assistant" and loop.index0 > ns.last_query_index %}
        {{- '<|im_start|>assistant\\n<think>\\n\\n</think>\\n\\n' + message.content.split('</think>')[-1].lstrip('\\n') + '<|im_end|>\\n' }}
    {%- else %}
        {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
{%- endif %}
""",
    'marked': """{%- for message in messages %}
    {%- if message.role == 'assistant' %}
        {{- '<|user|>assistant\\n' }}
        {%- generation -%}
            {{- message.content + '<|end|>' }}
        {%- endgeneration -%}
        {{- '\\n' }}
    {%- else %}
        {{- '<|user|>' + message.role + '\\n' + message.content + '<|end|>\\n' }}
    {%- endif %}
{%- endfor %}
""",
    'marked-loosely': """{% for message in messages %}
  {% if message.role == 'assistant' %}
a:
    {% generation %}
    {{ message.content }}
    {% endgeneration %}
  {% else %}
u: {{ message.content }}
  {% endif %}
{% endfor %}
""",
}


def turns(*texts, system=None):
    said = [{'role': 'user' if i % 2 == 0 else 'assistant', 'content': text} for i, text in enumerate(texts)]
    return ([{'role': 'system', 'content': system}] if system else []) + said


DIALOGUES = [
    turns('Who goes there?', ' A friend.\n'),
    turns('the theory', 'isn\'t there', '  {{ 1 }}\n\n{% if %}', 'naïve 🙂 <b>"&\''),
    turns('1234', 'a\n\nb', system=' Be brief. '),
]
tokenizer = PreTrainedTokenizerFast(tokenizer_object=Tokenizer.from_str(json.dumps(qwen)), bos_token='<s>', eos_token='</s>')


def rendered(template, said, **options):
    try:
        return tokenizer.apply_chat_template(said, chat_template=template, tokenize=False, **options)
    except TemplateError:
        return None


result = {'dialogues': DIALOGUES, 'templates': {}}
for name, template in TEMPLATES.items():
    cases = [{
        'rendered': rendered(template, said),
        'prompt': rendered(template, said[:-1], add_generation_prompt=True),
    } for said in DIALOGUES]
    if 'generation %}' in template or 'generation -%}' in template:
        for case, said in zip(cases, DIALOGUES):
            encoded = tokenizer.apply_chat_template(
                said, chat_template=template, return_dict=True, return_assistant_tokens_mask=True)
            case['tokens'], case['mask'] = encoded['input_ids'], encoded['assistant_masks']
    result['templates'][name] = {'source': template, 'cases': cases}
with open(os.path.splitext(os.path.abspath(__file__))[0] + '.json', 'w') as file:
    json.dump(result, file, indent=1)
