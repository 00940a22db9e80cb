"""Writes events.json: the bytes of an event file as TensorBoard's own messages and records make them.

Needs: pip install tensorboard==2.21.0
"""
import base64
import json
import struct
import sys

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import HistogramProto, Summary, SummaryMetadata
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import masked_crc32c


def record(event):
    data = event.SerializeToString(deterministic=True)
    header = struct.pack('<Q', len(data))
    crc = lambda b: struct.pack('<I', masked_crc32c(b))
    return header + crc(header) + data + crc(data)


def at(step, *values):
    return record(Event(wall_time=1700000000.25, step=step, summary=Summary(value=list(values))))


Value = Summary.Value
shape = TensorShapeProto(dim=[TensorShapeProto.Dim(size=1)])
text = TensorProto(dtype=7, tensor_shape=shape, string_val=['**über** 字'.encode()])
values = [-1.0, -0.5, 0.25, 0.25, 2.0]
counts = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 2] + [0] * 16 + [1]
limits = [-1.0 + (i + 1) * (3.0 / 30) for i in range(29)] + [2.0]
histogram = HistogramProto(min=-1, max=2, num=5, sum=sum(values), sum_squares=sum(v * v for v in values), bucket_limit=limits, bucket=counts)
files = {
    'start': record(Event(wall_time=1700000000.25, file_version='brain.Event:2')),
    'scalars': at(300, Value(tag='loss', simple_value=1.5), Value(tag='größe', simple_value=float('nan')), Value(tag='top', simple_value=float('inf'))),
    'first': at(1, Value(tag='loss', simple_value=-2.25)),
    'image': at(7, Value(tag='samples', image=Summary.Image(height=2, width=300, colorspace=3, encoded_image_string=bytes(range(200))))),
    'histogram': at(8, Value(tag='weights', histo=histogram)),
    'text': at(9, Value(tag='note', tensor=text, metadata=SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name='text')))),
}
json.dump({name: base64.b64encode(data).decode() for name, data in files.items()}, open(sys.argv[1], 'w'), indent=2)
