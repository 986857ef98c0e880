package io.ostinato.callback;

import io.ostinato.evaluation.DataContainer;
import io.ostinato.tracking.MetricProperties;

/** What a callback can be checked against before training starts. */
public record TrainingPlan(DataContainer data, MetricProperties metricProperties) {}
