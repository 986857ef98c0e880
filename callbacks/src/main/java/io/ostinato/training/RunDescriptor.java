package io.ostinato.training;

import ai.djl.engine.Engine;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import io.ostinato.callback.Callback;
import io.ostinato.report.RunFacts;
import io.ostinato.report.SoftwareVersions;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Describes a training for its report.
 *
 * @param block the model, which is initialized
 */
record RunDescriptor(TrainingSettings settings, Block block) {

  /** The facts of a run that starts. */
  RunFacts facts(String kind) {
    return RunFacts.of(
            kind,
            about(),
            SoftwareVersions.with(Engine.getInstance(), settings.engine().versions()),
            settings.run().parameters())
        .withCheckpoints(
            settings.start().hasOwnCheckpoints() ? "" : settings.checkpoints().location());
  }

  private Map<String, String> about() {
    Map<String, String> about = new LinkedHashMap<>();
    about.put("model", block.getClass().getName());
    about.put(
        "inputs",
        Arrays.stream(settings.model().inputShapes(1))
            .map(shape -> new Shape(Arrays.copyOfRange(shape.getShape(), 1, shape.dimension())))
            .map(Shape::toString)
            .collect(Collectors.joining(", ")));
    about.put("rows to train on", Long.toString(settings.data().train().size()));
    about.put("evaluated on", String.join(", ", settings.data().evaluationKeys()));
    about.put(
        "callbacks",
        settings.callbacks().stream().map(Callback::name).collect(Collectors.joining(", ")));
    about.put("optimizer", settings.optimizer().getClass().getSimpleName());
    about.put("evaluated by", settings.engine().getClass().getSimpleName());
    return about;
  }
}
