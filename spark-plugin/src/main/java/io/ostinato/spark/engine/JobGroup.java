package io.ostinato.spark.engine;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;
import org.jspecify.annotations.Nullable;

/** Puts the jobs of this thread into a group; closing it restores the previous group. */
final class JobGroup implements AutoCloseable {
  private final JavaSparkContext context;
  private final Map<String, @Nullable String> before = new LinkedHashMap<>();

  JobGroup(JavaSparkContext context, String name, String description) {
    this.context = context;
    for (String key :
        new String[] {
          "spark.jobGroup.id", "spark.job.description", "spark.job.interruptOnCancel"
        }) {
      before.put(key, context.getLocalProperty(key));
    }
    context.setJobGroup(name, description, false);
  }

  @Override
  public void close() {
    before.forEach(context::setLocalProperty);
  }
}
