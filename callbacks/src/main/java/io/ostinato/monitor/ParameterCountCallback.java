package io.ostinato.monitor;

import ai.djl.nn.Parameter;
import io.ostinato.callback.Callback;
import io.ostinato.schedule.UpdateCounter;

/**
 * Writes {@code param_count/{model}}, and with {@code /trainable} and {@code /frozen} its parts,
 * before training: how many numbers the model's parameters have. Running statistics are no
 * parameters. The model's name is {@code model} unless told.
 */
public final class ParameterCountCallback extends Callback {
  private static final long serialVersionUID = 1;

  private final String model;

  public ParameterCountCallback() {
    this("model");
  }

  public ParameterCountCallback(String model) {
    super("parameter_count");
    this.model = model;
  }

  @Override
  public void beforeTraining(UpdateCounter at) {
    long trainable = 0;
    long frozen = 0;
    for (Parameter parameter : context().block().getParameters().values()) {
      boolean statistics =
          parameter.getType() == Parameter.Type.RUNNING_MEAN
              || parameter.getType() == Parameter.Type.RUNNING_VAR;
      long size = parameter.getArray().size();
      if (parameter.requiresGradient()) {
        trainable += size;
      } else if (!statistics) {
        frozen += size;
      }
    }
    writer().addScalar("param_count/" + model, trainable + frozen);
    writer().addScalar("param_count/" + model + "/trainable", trainable);
    writer().addScalar("param_count/" + model + "/frozen", frozen);
  }
}
