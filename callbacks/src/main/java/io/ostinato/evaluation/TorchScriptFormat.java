package io.ostinato.evaluation;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.ParameterStore;
import java.io.IOException;
import java.io.InputStream;

/** The files of {@code torch.jit}, in the default engine. */
record TorchScriptFormat() implements ModuleFormat {

  @Override
  public String array() {
    return "module.pt";
  }

  @Override
  public String content() {
    return "a TorchScript module";
  }

  @Override
  public Model newModel(Device device) {
    return Model.newInstance(array(), device);
  }

  @Override
  public void load(Model model, InputStream content) throws IOException, MalformedModelException {
    model.load(content);
  }

  @Override
  public EvaluationModel face(Model model, NDManager manager) {
    return new Module(model, new ParameterStore(manager, false));
  }

  /**
   * A module that was loaded. The engine switches it to evaluation mode in its first forward, and
   * marks it as switched before it is; until that forward is over nobody else may begin one.
   */
  private static final class Module implements EvaluationModel {
    private final Model model;
    private final ParameterStore parameters;
    private volatile boolean inEvaluationMode;

    Module(Model model, ParameterStore parameters) {
      this.model = model;
      this.parameters = parameters;
    }

    @Override
    public NDList forward(NDList inputs) {
      if (!inEvaluationMode) {
        synchronized (this) {
          if (!inEvaluationMode) {
            NDList outputs = run(inputs);
            inEvaluationMode = true;
            return outputs;
          }
        }
      }
      return run(inputs);
    }

    private NDList run(NDList inputs) {
      return model.getBlock().forward(parameters, inputs, false);
    }
  }
}
