namespace Router.Ports;

/// <summary>What a drill does to each packet, on each of the two ways.</summary>
/// <param name="Loss">Probability, 0 to 1; 1 is a link that is down.</param>
/// <param name="Delay">Microseconds by which it comes later.</param>
/// <param name="Ends">When it is over, monotonic microseconds, whoever may forget about it.</param>
public readonly record struct DrillPlan(double Loss, long Delay, long Ends)
{
    /// <summary>
    /// The plan by which questions over the link look as they are asked for: a question and its answer are lost together in that share of
    /// cases, and take that much longer together.
    /// </summary>
    /// <param name="loss">Share of questions that stay without answer, 0 to 1.</param>
    /// <param name="delay">What is added to a round trip, microseconds.</param>
    /// <param name="ends">Monotonic microseconds.</param>
    public static DrillPlan OfRoundTrips(double loss, long delay, long ends) => new(1 - Math.Sqrt(1 - loss), delay / 2, ends);
}
