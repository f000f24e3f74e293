using Scanlock.Trainer.Networks;
using static Scanlock.LibTorch.torch.nn;

namespace Scanlock.Trainer.Pretraining;

/// <summary>
/// Tells by how many quarter turns an image was turned; each is shown in all four positions at once (Gidaris, Singh and Komodakis,
/// ICLR 2018).
/// </summary>
internal sealed class RotationPretext : IPretext
{
    private const int Positions = 4;

    private readonly Encoder _encoder;

    /// <param name="shape">Of one input: [1, channels, side, side].</param>
    internal RotationPretext(Backbone network, long[] shape, Device device)
    {
        _encoder = new Encoder(network, Linear(Encoder.Width(network, shape, device), Positions));
        _encoder.to(device);
    }

    public int Views => 1;

    public Module Learner => _encoder;

    public void Dispose() => _encoder.Dispose();

    public Tensor Loss(Tensor images, Tensor samples)
    {
        var turned = cat([.. Enumerable.Range(0, Positions).Select(turns => images.rot90(turns, (2, 3)))]);
        var count = (int)images.shape[0];
        long[] turnsOf = [.. Enumerable.Range(0, Positions * count).Select(i => (long)(i / count))];
        return functional.cross_entropy(_encoder.call(turned), tensor(turnsOf, [turnsOf.Length]).to(images.device));
    }
}
