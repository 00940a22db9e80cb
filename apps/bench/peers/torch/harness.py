"""Times a training step and prints one JSON line. The argument is the order, in JSON: threads, seconds, minSteps, batch."""
import json, os, resource, sys, time
import torch

ORDER = json.loads(sys.argv[1])
torch.set_num_threads(ORDER['threads'])
torch.manual_seed(0)


def batch_size(usual):
    return ORDER.get('batch') or usual


def cycle(data):
    """The parts of `data` along its first axis, one after another, without end."""
    i = 0
    while True:
        yield data[i % len(data)]
        i += 1


def timed(step, params, warmup):
    """`step` makes one whole training step and gives its loss; `params` is what the optimizer moves."""
    seconds, times, start = ORDER['seconds'], [], time.perf_counter()
    first = float(step())
    steps = 1
    while steps < warmup and time.perf_counter() - start < seconds:
        step()
        steps += 1
    end = time.perf_counter() + seconds
    while len(times) < ORDER['minSteps'] or time.perf_counter() < end:
        before = time.perf_counter()
        loss = step()
        times.append((time.perf_counter() - before) * 1000)
    print(json.dumps({
        'times': times, 'lossFirst': first, 'lossLast': float(loss), 'steps': steps + len(times),
        'params': sum(p.numel() for p in params), 'threads': torch.get_num_threads(),
        'rssMb': resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 ** 2 if sys.platform == 'darwin' else 1024),
        'engine': f'PyTorch {torch.__version__}',
        'notes': notes(),
    }))


def notes():
    capability = os.environ.get('ATEN_CPU_CAPABILITY')
    has_openmp = 'openblas-openmp' in os.environ.get('LD_LIBRARY_PATH', '')
    return [*([f'ATEN_CPU_CAPABILITY={capability}'] if capability else []), *(['OpenBLAS with OpenMP'] if has_openmp else [])]


def train(loss, params, optimizer, warmup, clip=None):
    """The usual step: one loss, one gradient, one update."""
    params = list(params)

    def step():
        optimizer.zero_grad()
        value = loss()
        value.backward()
        if clip:
            torch.nn.utils.clip_grad_norm_(params, clip)
        optimizer.step()
        return value.detach()

    timed(step, params, warmup)
