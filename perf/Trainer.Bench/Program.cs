using System.Diagnostics;
using System.Globalization;
using Scanlock.LibTorch;
using Scanlock.Trainer.Networks;
using static Scanlock.LibTorch.torch;

// Usage: Trainer.Bench NETWORK SIDE BATCH THREADS cpu|cuda. Says the network's size and libtorch's version; then, for each line "N" on its
// standard input, trains N steps and says how many seconds they took, by the clock and of the processor. perf/peers/trainer.py does the same in PyTorch.
// On a GPU: autocast to bf16, channels-last, each batch sent from pinned memory on a stream of its own while the one before is computed.

var (name, side, batch) = (args[0], Number(1), Number(2));
var device = torch.device(args[4]);
var gpu = device.type == DeviceType.CUDA;
var segments = name == "unet";
set_num_threads(Number(3));
use_deterministic_algorithms(!gpu);
manual_seed(1);

using var network = Network.Create(name);
network.to(device);
if (gpu)
{
    network.to(MemoryFormat.ChannelsLast);
}

using var optimizer = optim.AdamW(network.parameters(), lr: 1e-3);
using var images = Kept(randn([batch, 1, side, side]));
using var targets = Kept(segments ? rand([batch, 1, side, side]).gt(0.5).to(ScalarType.Float32) : randint(0, 2, [batch]));
using var transfer = gpu ? new Transfer(device) : null;

Say($"{network.parameters().Sum(p => p.numel())} {__version__}");
while (Console.ReadLine() is { } line)
{
    var steps = int.Parse(line, CultureInfo.InvariantCulture);
    var (clock, cpu) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
    Train(steps);
    Say(string.Create(CultureInfo.InvariantCulture, $"{clock.Elapsed.TotalSeconds} {(Environment.CpuUsage.TotalTime - cpu).TotalSeconds}"));
}

void Train(int steps)
{
    var next = Send();
    for (var step = 0; step < steps; step++)
    {
        using var scope = NewDisposeScope();
        var (input, target) = next;
        transfer?.HandOver(input);
        transfer?.HandOver(target);
        next = Send();
        optimizer.zero_grad();
        Loss(input, target).backward();
        optimizer.step();
        if (gpu)
        {
            input.Dispose();
            target.Dispose();
        }
    }

    if (gpu)
    {
        next.Input.Dispose();
        next.Target.Dispose();
        cuda.synchronize();
    }
}

Tensor Loss(Tensor input, Tensor target)
{
    using var mode = autocast(device.type, enabled: gpu);
    var logits = network.call(gpu ? input.to(MemoryFormat.ChannelsLast) : input);
    return segments ? nn.functional.binary_cross_entropy_with_logits(logits, target) : nn.functional.cross_entropy(logits, target);
}

(Tensor Input, Tensor Target) Send() => transfer is null
    ? (images, targets)
    : (transfer.Send(images).DetachFromDisposeScope(), transfer.Send(targets).DetachFromDisposeScope());

Tensor Kept(Tensor made) => gpu ? made.pin_memory() : made;

int Number(int argument) => int.Parse(args[argument], CultureInfo.InvariantCulture);

static void Say(string line)
{
    Console.WriteLine(line);
    Console.Out.Flush();
}
