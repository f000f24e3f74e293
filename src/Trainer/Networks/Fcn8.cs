using static Scanlock.LibTorch.torch.nn;

namespace Scanlock.Trainer.Networks;

/// <summary>
/// FCN-8s (Long et al., CVPR 2015): VGG-16 made fully convolutional, its scores refined by those of the fourth and third pooling. Input
/// [N, channels, H, W] of any size from 32 on; logits of the same size. The encoder has VGG-16's names in torchvision, so that weights of
/// one fit; the rest those of the paper's release. Padding keeps maps in place where the release pads the image by 100 and crops.
/// </summary>
internal sealed class Fcn8 : Architecture
{
    /// <summary>Where the third and the fourth stage of VGG-16 end, after their pooling; the last is the fifth's pooling.</summary>
    private const int ThirdPool = 17;
    private const int FourthPool = 24;

    private readonly List<Module<Tensor, Tensor>> _features;
    private readonly Conv2d _fc6;
    private readonly Conv2d _fc7;
    private readonly Conv2d _score;
    private readonly Conv2d _scorePool4;
    private readonly Conv2d _scorePool3;
    private readonly ConvTranspose2d _up2;
    private readonly ConvTranspose2d _upPool4;
    private readonly ConvTranspose2d _up8;

    /// <param name="hidden">Width of the two layers that were VGG's hidden ones: 4096.</param>
    internal Fcn8(string name, long channels, long outputs, double dropout, long hidden = 4096)
        : base(name, dropout)
    {
        (string Name, Module<Tensor, Tensor> Layer)[] features = [.. Vgg.Stages([2, 2, 3, 3, 3], normalised: false, channels)];
        _features = [.. features.Select(f => f.Layer)];
        register_module("features", Sequential(features));
        Initial.Convolutions(this, init.FanInOut.FanOut);

        _fc6 = Conv2d(512, hidden, 7, padding: 3);
        _fc7 = Conv2d(hidden, hidden, 1);
        Initial.Normal(_fc6.weight, 0.01);
        Initial.Normal(_fc7.weight, 0.01);
        _score = Conv2d(hidden, outputs, 1);
        _scorePool4 = Conv2d(512, outputs, 1);
        _scorePool3 = Conv2d(256, outputs, 1);
        _up2 = ConvTranspose2d(outputs, outputs, 4, stride: 2, padding: 1, bias: false);
        _upPool4 = ConvTranspose2d(outputs, outputs, 4, stride: 2, padding: 1, bias: false);
        _up8 = ConvTranspose2d(outputs, outputs, 16, stride: 8, padding: 4, bias: false);
        register_module("fc6", _fc6);
        register_module("fc7", _fc7);
        register_module("score_fr", _score);
        register_module("score_pool4", _scorePool4);
        register_module("score_pool3", _scorePool3);
        register_module("upscore2", _up2);
        register_module("upscore_pool4", _upPool4);
        register_module("upscore8", _up8);
        foreach (var up in (ConvTranspose2d[])[_up2, _upPool4, _up8])
        {
            Interpolate(up.weight);
        }

        Initial.ZeroBiases(this);
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var pool3 = Through(input, 0, ThirdPool);
        var pool4 = Through(pool3, ThirdPool, FourthPool);
        var pool5 = Through(pool4, FourthPool, _features.Count);
        var x = Drop(Rectifier.Apply(_fc6.call(pool5)));
        x = Drop(Rectifier.Apply(_fc7.call(x)));
        x = Sized.Like(_up2.call(_score.call(x)), pool4).add(_scorePool4.call(pool4));
        x = Sized.Like(_upPool4.call(x), pool3).add(_scorePool3.call(pool3));
        return Sized.Like(_up8.call(x), input).MoveToOuterDisposeScope();
    }

    private Tensor Through(Tensor x, int begin, int end)
    {
        foreach (var layer in _features[begin..end])
        {
            x = layer.call(x);
        }

        return x;
    }

    /// <summary>Bilinear interpolation, each output from its own input alone, as the paper starts them.</summary>
    private static void Interpolate(Tensor weight)
    {
        var (outputs, side) = (weight.shape[0], weight.shape[2]);
        var values = new float[weight.numel()];
        for (var output = 0L; output < outputs; output++)
        {
            for (var place = 0L; place < side * side; place++)
            {
                values[(((output * outputs) + output) * side * side) + place] = (float)(Tent(place / side) * Tent(place % side));
            }
        }

        using var off = no_grad();
        using var scope = NewDisposeScope();
        weight.copy_(tensor(values, weight.shape));

        double Tent(long at) => 1 - Math.Abs((at + 0.5 - (side / 2.0)) / (side / 2.0));
    }
}
