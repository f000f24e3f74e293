namespace Scanlock.Trainer.Training.Losses;

/// <summary>What a network's answers cost: one number, zero or more, that can be differentiated.</summary>
internal interface ILoss
{
    /// <param name="logits">Of classes [N, 2]; of a mask [N, 1, (depth,) side, side].</param>
    /// <param name="target">Classes [N], whole numbers; a mask in the logits' shape, 0 or 1.</param>
    Tensor Of(Tensor logits, Tensor target);
}
