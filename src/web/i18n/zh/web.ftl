# --- 数字与时间 ---
span-milliseconds = { $n } 毫秒
span-seconds = { $n } 秒
span-minutes = { $n } 分钟
money-dollars = { $sign }US${ $amount }
when-now = 刚刚
when-minutes-ago = { $n } 分钟前
when-in-minutes = { $n } 分钟后
when-hours-ago = { $n } 小时前
when-in-hours = { $n } 小时后
when-days-ago = { $n } 天前
when-in-days = { $n } 天后
date-short = { $year }年{ $month }{ $day }日
date-long = { $year }年{ $month }{ $day }日
date-and-time = { $date } { $time } { $zone }
date-and-clock = { $month }{ $day }日 { $clock }
day-and-hour = { $day } { $hour }
month-long = { $month ->
    [1] 1月
    [2] 2月
    [3] 3月
    [4] 4月
    [5] 5月
    [6] 6月
    [7] 7月
    [8] 8月
    [9] 9月
    [10] 10月
    [11] 11月
   *[12] 12月
}
month-short = { $month ->
    [1] 1月
    [2] 2月
    [3] 3月
    [4] 4月
    [5] 5月
    [6] 6月
    [7] 7月
    [8] 8月
    [9] 9月
    [10] 10月
    [11] 11月
   *[12] 12月
}
weekday-short = { $weekday ->
    [0] 周一
    [1] 周二
    [2] 周三
    [3] 周四
    [4] 周五
    [5] 周六
   *[6] 周日
}

# --- kit ---
none = —
bulk-label = 对所选项的操作
bulk-lead = 已选项：
bulk-column = 选择
bulk-tick = 选择 { $name }
diff-caption = 更改内容
diff-field = 字段
diff-old = 更改前
diff-new = 更改后
diff-absent = 未设置
chart-figure = { $name }：{ $value }
chart-point = { $label }，{ $figures }
chart-column-good = 成功
list-both = { $one }、{ $two }
terminal-title = 在终端中操作
terminal-command = 等效的命令
terminal-curl = 等效的 curl 命令
terminal-token = 令牌取自环境变量 { $variable }。
toast-undo = 撤销
reveal-file = 保存为 .env 文件
key-env-other-note = { $env } 环境密钥
jobs-about = { $about }{ $schedule }
peek-page = 打开完整页面
peek-next = 下一行
peek-previous = 上一行
peek-close = 关闭
palette-open = 搜索
palette-placeholder = 密钥、上游、页面、操作
palette-results = 结果
palette-none = 没有匹配的内容。
palette-page = 页面
palette-action = 操作
palette-key = 密钥
palette-upstream = 上游
palette-failed-requests = 失败的请求
palette-expired-keys = 已过期的密钥
help-title = 键盘快捷键
help-palette = 搜索全部内容
help-search = 在此列表中搜索
help-rows = 下一行 / 上一行
help-help = 显示此帮助
nav-letters = 字母快捷键
nav-letters-on = 开启
nav-letters-off = 关闭
nav-zone = 时区
nav-zone-browser = 跟随浏览器
crumbs-label = 当前位置
pager-label = 分页
pager-range = 第 { $from }–{ $to } 项，共 { $all }
pager-range-capped = 第 { $from }–{ $to } 项，共超过 { $all }
copy = 复制
copied = 已复制
badge-expires = { $when }到期
state-active = 有效
state-disabled = 已停用
state-expired = 已过期
state-revoked = 已吊销
state-damaged = 已损坏
flash-key-enabled = 密钥已启用，使用它的请求恢复放行。
flash-key-disabled = 密钥已停用，使用它的请求即刻起被拒绝。
flash-key-revoked = 密钥已吊销，使用它的请求即刻起被拒绝。
flash-upstream-created = 上游已保存。
flash-upstream-changed = 上游已保存，从下一个请求起生效。
flash-upstream-default = 默认上游已更改，未指定上游的密钥将使用它。
flash-upstream-deleted = 上游及其机密已删除。
flash-model-saved = 模型已保存。
flash-model-deleted = 模型已删除。
flash-secret-replaced = 机密已替换，下一个请求将使用新机密。
flash-job-started = 作业已启动，完成后本页会显示结果。
flash-input-kept = 您已重新登录，之前填写的内容已恢复；机密未保留，请重新输入。
flash-signed-out = 您已退出登录。
# --- 上游：列表 ---
upstreams-title = 上游
upstreams-lead = 网关将请求发往何处，以及在那里使用的机密。
upstreams-new = 新建上游
upstreams-count = { $count ->
   *[other] { $shown } 个上游
}
upstreams-empty = 还没有上游。上游是提供商的服务器，加上您用于访问它的机密；echo 两者都不需要。
upstreams-empty-action = 添加第一个上游
upstreams-caption = 上游，最新的在前
upstreams-head-name = 名称与提供商
upstreams-head-used = 使用方式
upstreams-head-replaced = 更换时间
upstreams-used-on-request = 按指定使用
upstreams-secret-unit = 机密
upstreams-previous = 上一页
upstreams-next = 下一页
upstreams-provider-compatible = 兼容 OpenAI
upstreams-provider-custom = 自定义

# --- 上游：多个页面共用 ---
upstream-name = 名称
upstream-provider = 提供商
upstream-base-url = 基础 URL
upstream-dialects = 协议
upstream-secret = 机密
upstream-secret-none = 无
upstream-health = 健康状况
upstream-default = 默认
upstream-damaged = 已损坏
upstream-test = 测试
upstream-cancel = 取消

# --- 上游：新建表单 ---
upstream-new-crumb = 新建
upstream-new-lead = 网关将请求发往何处，以及在那里使用的机密。
upstream-provider-echo-place = 离线、免费
upstream-provider-own-place = 自定义地址
upstream-name-hint = 留空则使用提供商的名称。
upstream-base-url-presets = 留空则使用上方的地址。自己的服务器通常以 /v1 结尾，例如 { $url }
upstream-secret-gone = 机密不会保留在页面中，保存前请重新粘贴。
upstream-secret-sealed = 使用 AES-256-GCM 加密，并与基础 URL 绑定，之后不再显示。
upstream-secret-local = 本地服务器通常不需要机密。
upstream-save = 保存上游

# --- 上游：连接测试 ---
upstream-try-heading = 保存前先测试
upstream-try-lead = 测试会解析地址、建立连接、提交机密并统计模型数量，不保存任何内容。
upstream-test-heading = 连接正常吗？
upstream-test-lead = 测试会解析地址、建立连接、提交已保存的机密并统计模型数量。
upstream-test-under-way = 正在测试…
upstream-test-invalid = { $field }：{ $complaint }
upstream-test-unreachable = 无法连接到服务器。
upstream-report-works = 可用
upstream-report-fails = 不可用
upstream-report-note = 刚刚，耗时 { $ms } 毫秒
upstream-step-passed = 通过：
upstream-step-failed = 未通过：
upstream-step-address = 地址
upstream-step-models = 模型

# --- 上游：详情 ---
upstream-added = { $when }添加
upstream-make-default = 设为默认
upstream-edit = 更改
upstream-edit-title = 更改上游
upstream-edit-secret-hint = 仅在更改地址时填写：已保存的机密绝不会发往别处。
upstream-default-for = 默认用于
upstream-default-for-hint = 未指定上游的密钥在这些协议中使用它。
upstream-own = 专属设置
upstream-own-note = 超时、请求头、证书
upstream-timeout-connect = 连接超时（秒）
upstream-timeout-first-byte = 首字节超时（秒）
upstream-timeout-idle = 静默超时（秒）
upstream-timeout-total = 总超时（秒）
upstream-max-open = 最大并发请求数
upstream-headers = 请求头
upstream-headers-hint = 每行一个，例如 x-team: search。每个请求都会携带。
upstream-organization = OpenAI 组织
upstream-project = OpenAI 项目
upstream-ca = 证书（PEM）
upstream-ca-hint = 签署该服务器证书的自有机构的证书。
upstream-delete = 删除
upstream-facts = 基本信息
upstream-logs = 查看日志
upstream-traffic = 流量
upstream-figures = 24 小时内 { $requests ->
   *[other] { $shown_requests } 个请求
}，{ $errors ->
   *[other] { $shown_errors } 个错误
}
upstream-used = 使用范围
upstream-used-default = 所有未指定上游的密钥
upstream-used-default-for = 所有未指定上游的密钥，用于 { $dialects }
upstream-used-named = 仅限指定了它的密钥
upstream-secret-replaced = ，{ $when }更换
upstream-id = ID
upstream-replace-secret-title = 更换机密
upstream-replace-secret = 更换机密
upstream-give-secret-title = 添加机密
upstream-save-secret = 保存机密
upstream-new-secret = 新机密
upstream-new-secret-hint = 从下一个请求起生效。机密会加密保存，之后不再显示。

# --- 上游：删除 ---
upstream-delete-title = 删除 { $name }
upstream-delete-question = 删除 { $name }？
upstream-delete-idle = 24 小时内没有请求发往此上游。
upstream-delete-in-use = { $count ->
   *[other] 24 小时内有 { $shown } 个请求发往此上游。
}
upstream-delete-default = 这是默认上游：在您选择新的默认上游之前，未指定上游的密钥将收到 503。它的机密会一并删除且无法恢复；日志中的记录会保留。
upstream-delete-named = 此后，只指定了此上游的密钥将被拒绝。它的机密会一并删除且无法恢复；日志中的记录会保留。
upstream-delete-confirm = 删除上游

# --- 上游：健康状况 ---
upstream-health-idle = 24 小时内无请求
upstream-health-good = 正常
upstream-health-auth-failed = 机密被拒绝
upstream-health-secret-unreadable = 机密无法解密
upstream-health-unreachable = 无法连接
upstream-health-forbidden = 地址不被允许
upstream-health-timeout = 响应过慢
upstream-health-invalid-response = 响应无效
upstream-health-redirected = 重定向到别处
upstream-health-reset = 响应中断
upstream-health-error = 返回错误
models-title = 模型
models-lead = 客户端请求的名称，以及负责响应的上游。其他名称原样发往上游。
models-new = 新建模型
models-count = { $count ->
   *[other] { $shown } 个模型
}
models-empty = 还没有模型。模型让多个部署共用一个名称，前一个失败时由后一个响应。
models-empty-action = 添加第一个模型
models-caption = 模型，最新的在前
models-head-name = 名称与策略
models-head-deployments = 部署
models-head-changed = 更改时间
models-more = 另有 { $count } 个
model-lead = 客户端请求的名称，以及可以响应它的位置。
model-form-crumb = 表单
model-edit = 更改
model-edit-title = 更改模型
model-save = 保存模型
model-name = 名称
model-name-hint = 客户端填写的模型名称。
model-strategy = 策略
model-strategy-hint = 优先级数值小的在前；相同时由策略决定。
model-strategy-ordered = 按顺序
model-strategy-weighted = 按权重
model-strategy-least-latency = 最快优先
model-deployments = 部署
model-deployments-count = { $count ->
   *[other] { $count } 个部署
}
model-deployment = 模型与上游
model-deployment-number = 部署 { $number }
model-their-name = 上游使用的名称
model-weight = 权重
model-priority = 优先级
model-up = 上移
model-down = 下移
model-remove = 移除
model-add-deployment = 添加部署
model-upstream-gone = 上游已删除
model-when-it-fails = 失败时
model-when-it-fails-note = 重试、暂停、超时
model-retries = 重试次数
model-retries-hint = 首次之后的尝试次数。留空为 2。
model-rest = 失败后的暂停（秒）
model-rest-hint = 失败的部署在此期间不再使用。留空为 30。
model-timeout = 首字节超时（秒）
model-timeout-hint = 留空则按上游的设置。
model-timeout-upstream = 按上游的设置
model-retry-sent = 可能已处理仍重新发送
model-retry-sent-tick = 即使上游可能已处理，也重新发送请求
model-seconds = { $count ->
   *[other] { $shown } 秒
}
model-delete-title = 删除 { $name }
model-delete-question = 删除 { $name }？
model-delete-impact = 此后，对该名称的请求将原样发往上游。
model-delete-consequence = 上游可能没有这个模型并予以拒绝。日志中的记录会保留。
model-delete-confirm = 删除模型

# --- 概览 ---
overview-title = 概览
overview-lead = 最近 24 小时，时区：{ $zone }。
overview-steps = 开始使用
overview-steps-note = 从这里到第一个请求
overview-step-upstream = 添加上游
overview-step-upstream-note = 提供商及您用于访问它的机密；也可使用内置的 echo，离线且免费。
overview-step-key = 创建密钥
overview-step-key-note = 程序用它来调用网关，只显示一次。
overview-step-request = 发送第一个请求
overview-step-request-note = 粘贴随密钥提供的代码片段，请求会出现在日志中。
overview-step-request-action = 打开日志
overview-step-done = （已完成）
overview-root-key = 请在别处保存一份根密钥：没有它，数据库中的任何内容都无法解密。除非由您自行提供，否则它就是数据目录中的文件 { $file }。
overview-hours = 每小时请求数
overview-hours-note = 错误数堆叠显示
overview-view-logs = 查看日志
overview-requests = 请求
overview-keys-active = { $count ->
   *[other] { $shown } 个密钥中 { $active } 个有效
}
overview-errors = 错误
overview-errors-note = { $count ->
   *[other] { $shown } 个请求的状态码为 400 或以上
}
overview-tokens = Token
overview-tokens-note = 输入 { $input }，输出 { $output }
overview-first-byte = 首字节时间，p50
overview-first-byte-note = 仅统计成功的响应
overview-attention = 需要关注
overview-attention-none = 暂无。即将到期的密钥和出现问题的上游会显示在这里。
overview-no-default = 没有默认上游
overview-choose-default = 去选择
overview-look = 查看
overview-look-at = 查看 { $name }
overview-upstreams-note = 根据实际经过的请求判断
overview-upstreams-caption = 各上游最近 24 小时的情况
overview-row-requests = { $count ->
   *[other] { $shown } 个请求
}
overview-row-errors = { $share } 错误
# --- 密钥列表 ---
keys-title = 密钥
keys-lead = 您的团队和程序通过密钥调用网关。
keys-new = 新建密钥
keys-empty = 还没有密钥。有了密钥，程序即可调用网关，且始终接触不到提供商的机密。
keys-create-first = 创建第一个密钥
keys-none-fits = 没有符合筛选条件的密钥。
keys-show-all = 显示全部密钥
keys-count = { $count ->
   *[other] { $shown } 个密钥
}
keys-previous = 上一页
keys-next = 下一页
keys-search = 搜索
keys-search-label = 搜索密钥
keys-search-placeholder = 名称、前缀或 ID
keys-filters-clear = 清除
keys-order = 最新的在前
keys-caption = 密钥，最新的在前
keys-state = 状态
keys-state-any = 不限
keys-state-active = 有效
keys-state-disabled = 已停用
keys-state-expired = 已过期
keys-state-revoked = 已吊销
keys-name = 名称与密钥
keys-models = 可用模型
keys-models-all = 所有模型
keys-models-more = { $first } 及另外 { $more } 个
keys-limit = 限制
keys-limit-none = 无限制
keys-limit-per-minute = { $shown } 次/分钟
keys-last-used = 上次使用
keys-last-used-label = 上次使用
keys-never-used = 从未
keys-expires = 到期
keys-never-expires = 永不

# --- 吊销密钥 ---
revoke-title = 吊销 { $name }
revoke-question = 要吊销 { $name } 吗？
revoke-impact-never = 此密钥从未收到过请求。
revoke-impact-idle = 24 小时内没有请求，最近一次请求：{ $last }。
revoke-impact = { $requests ->
   *[other] { $addresses ->
       *[other] 24 小时内有来自 { $addresses_shown } 个地址的 { $requests_shown } 个请求，最近一次：{ $last }。
    }
}
revoke-consequence = 吊销后，使用此密钥的所有请求都会被拒绝，进行中的请求会被中断。此操作无法撤销；如果只想暂停使用，请改为停用密钥。
revoke-reason = 原因
revoke-reason-no-longer-needed = 不再需要
revoke-reason-leaked = 可能已泄露给他人
revoke-reason-owner-left = 使用者已离开
revoke-reason-other = 其他
revoke-cancel = 取消
revoke-confirm = 吊销密钥

# --- 日志 ---
logs-title = 日志
logs-lead = 每个请求一行，不保存提示词和回答。
logs-empty = 还没有请求。第一个请求得到响应后会立即显示在这里。
logs-create-key = 创建密钥
logs-none-fits = 没有符合筛选条件的请求。
logs-show-all = 显示全部请求
logs-caption = 请求，最新的在前
logs-order = 最新的在前，时区：{ $zone }
logs-newest = 显示最新的 { $shown } 个请求
logs-count = { $count ->
   *[other] { $shown } 个请求
}
logs-further-back = { $count ->
   *[other] 更早的 { $shown } 个请求
}
logs-newer = 较新
logs-older = 较早
logs-time = 时间
logs-status = 状态
logs-key = 密钥
logs-model = 模型
logs-upstream = 上游
logs-request = 请求
logs-request-id = 请求 ID
logs-tokens-in = 输入
logs-tokens-out = 输出
logs-first-ms = 首字节（毫秒）
logs-total-ms = 总耗时（毫秒）
logs-unit-ms = 毫秒
logs-row-damaged = 此行已损坏：{ $damage }
logs-filter = 筛选
logs-filter-time = 时间范围
logs-filter-remove = 移除筛选条件“{ $name }”
logs-filters-apply = 应用
logs-filters-clear = 清除
logs-any = 不限
logs-span-hour = 最近 1 小时
logs-span-day = 最近 24 小时
logs-span-week = 最近 7 天
logs-span-month = 最近 30 天
logs-outcome-good = 2xx，成功
logs-outcome-refused = 4xx，被拒绝
logs-outcome-too-fast = 429，过于频繁
logs-outcome-failed = 5xx，失败

# --- 单个请求 ---
log-when = { $absolute }，{ $relative }
log-facts = 详情
log-outcome = 结果
log-outcome-damaged = 未知；此行已损坏：{ $damage }
log-outcome-completed = { $status }，已完成
log-outcome-together = { $outcome }，合并记录了 { $shown } 个请求
log-key-version = 版本 { $version }
log-policy-version = 策略版本 { $version }
log-from = 来源
log-model-served = { $asked }，实际由 { $served } 响应
log-upstream-answered = { $upstream }，返回了 { $status }
log-tokens = Token
log-tokens-in = 输入 { $shown }
log-tokens-in-cached = 输入 { $shown }（其中缓存 { $cached }）
log-tokens-out = 输出 { $shown }
log-tokens-out-reasoning = 输出 { $shown }（其中推理 { $reasoning }）
log-tokens-not-counted = 未统计
log-tokens-unreadable = 上游报告的数值不合理
log-streamed = 流式传输
log-yes = 是
log-no = 否
log-attempts = 尝试次数
log-cost = 费用
log-cost-none = 未知
log-cost-reported = { $amount }（由提供商报告）
log-session = 会话
log-usage = 用量
log-usage-raw = 提供商的原始数据
log-usage-cache-5m = 写入缓存（5 分钟）
log-usage-cache-1h = 写入缓存（1 小时）
log-usage-cache-other = 写入缓存
log-usage-audio-in = 音频输入
log-usage-image-in = 图像输入
log-usage-audio-out = 音频输出
log-usage-image-out = 图像输出
log-usage-images = 生成的图像
log-usage-searches = 网页搜索次数
log-usage-fetches = 抓取的网页
log-tier = 服务等级
log-tries = 各次尝试
log-try-number = 序号
log-try-open = 无响应
log-try-started = 开始于
log-try-took = 用时
log-agent = 用户代理
log-only-this-key = 仅看此密钥
log-only-status = 仅看 { $status }
log-time = 耗时分布
log-time-first-byte = 到首字节
log-time-no-answer = 直到结束，未得到响应
log-time-streaming = 流式传输
log-time-rest = 响应的其余部分
log-class-key-disabled = 密钥已停用
log-class-key-expired = 密钥已过期
log-class-key-revoked = 密钥已吊销
log-class-model-not-allowed = 不允许使用该模型
log-class-upstream-not-allowed = 不允许使用该上游
log-class-ip-not-allowed = 不允许该 IP 地址
log-class-rate-limit-exceeded = 超出速率限制
log-class-bad-request = 请求无效
log-class-no-upstream = 没有可用的上游
log-class-credential-unreadable = 机密无法读取
log-class-upstream-unavailable = 上游不可用
log-class-upstream-forbidden = 上游被禁止
log-class-upstream-timeout = 上游超时
log-class-upstream-auth-failed = 上游身份验证失败
log-class-upstream-redirected = 上游返回了重定向
log-class-upstream-invalid-response = 上游响应无效
log-class-upstream-reset = 上游中断了连接
log-class-upstream-error = 上游错误
log-class-client-gone = 客户端已断开
log-class-revoked-mid-stream = 传输期间密钥被吊销
log-class-interrupted = 已中断
log-class-store-unavailable = 数据库不可用
log-class-internal = 内部错误
log-class-upstream-damaged = 上游已损坏
log-class-scope-not-allowed = 不允许此范围
log-class-permission-not-allowed = 不允许此权限
log-class-upstream-overloaded = 上游过载
log-class-upstream-truncated = 上游响应不完整
log-class-upstream-stream-error = 上游在传输期间出错
log-class-expired-mid-stream = 传输期间密钥过期
log-class-loop-detected = 请求形成循环
# --- 框架 ---
nav-skip = 跳到页面内容
nav-menu = 菜单
nav-main = 主导航
nav-main-small = 主导航（小屏幕）
nav-overview = 概览
nav-group-access = 访问
nav-keys = 密钥
nav-group-routing = 路由
nav-upstreams = 上游
nav-models = 模型
nav-group-observe = 观测
nav-logs = 日志
nav-group-installation = 系统
nav-settings = 设置
nav-colours = 外观
nav-language = 语言
nav-sign-out = 退出登录
nav-role = { $role ->
    [owner] 所有者
    [admin] 管理员
    [member] 成员
   *[viewer] 查看者
}
theme-system = 跟随系统
theme-light = 浅色
theme-dark = 深色

# --- 登录、初始化 ---
login-title = 登录
login-ended = 会话已过期。您填写的内容已保留，重新登录后即可继续。
login-heading = 登录 Keywright
login-email = 邮箱
login-password = 密码
login-forgotten = 忘记密码？请在运行服务器的机器上执行：
setup-title = 初始化
setup-heading = 初始化 Keywright
setup-token-place = 初始化令牌已在运行 keywright serve 的终端中显示，也保存在此文件中：
setup-token = 初始化令牌
setup-email = 您的邮箱
setup-password-hint = 至少 12 个字符，可以是几个单词。
setup-submit = 创建首位管理员

# --- 作业 ---
jobs-title = 作业
jobs-lead = 服务器自动执行的工作，同一时间只在一个节点上运行。
jobs-began = 开始时间
jobs-took = 用时
jobs-detail = 结果详情
jobs-caption = 后台作业，按名称排列
jobs-job = 作业
jobs-result = 结果
jobs-last-run = 上次运行
jobs-next-run = 下次运行
jobs-action = 操作
jobs-last-run-label = 上次运行
jobs-next-run-label = 下次运行
jobs-never = 从未
jobs-run-now = 立即运行
jobs-run-named = 立即运行 { $job }
jobs-running = 运行中
jobs-done = 已完成
jobs-failed = 失败
jobs-interrupted = 已中断
jobs-not-run = 尚未运行
jobs-every-minutes = { $count ->
    [1] 每分钟运行一次。
   *[other] 每 { $shown } 分钟运行一次。
}
jobs-every-hours = { $count ->
    [1] 每小时运行一次。
   *[other] 每 { $shown } 小时运行一次。
}
jobs-schedule = 运行频率：{ $schedule }。
jobs-about-audit-head = 把审计日志的末尾位置写入服务器日志，以便发现截断。
jobs-about-end-sessions = 删除已过期的会话。
jobs-about-prune-events = 删除一周前已送达或已放弃的事件。
jobs-about-prune-runs = 删除一周前结束的运行记录。
jobs-about-trim-changes = 只保留变更流中最新的一万条通知。

# --- 图表 ---
chart-summary = 24 小时内 { $requests ->
   *[other] { $requests_shown }
} 个请求，{ $errors ->
   *[other] { $errors_shown }
} 个错误；最繁忙的一小时有 { $busiest } 个请求
chart-now = 现在
chart-table = 以表格显示
chart-caption = 每小时请求数
chart-column-hour = 小时（{ $zone }）
chart-column-errors = 错误

# --- 错误页面 ---
error-went-wrong = 出错了
error-did-not-work = 操作未成功
error-not-found-page = 未找到页面
error-denied-title = 您无权执行此操作
error-denied-fix = 请让所有者或管理员来执行，或请他们更改您的角色。
error-unavailable-title = 数据库没有响应
error-unavailable-fix = 请稍后刷新页面。在此期间网关继续工作。
error-internal-title = 出错了
error-internal-fix = 请刷新页面。如果问题仍然存在，请在服务器日志中查找下面的 ID。
error-other-title = 操作未成功
error-other-fix = 请返回后重试。
error-nothing-here-title = 这里什么也没有
error-nothing-here = 地址有误，或者它指向的内容已不存在。
error-nothing-here-fix = 请检查地址，或从概览重新开始。
error-request = 请求
error-to-overview = 前往概览

# --- 错误，按情况 ---
error-denied = 您的角色不允许此操作。
error-unavailable = 数据库没有响应；请稍后重试。
error-internal = 服务器出错了；详情见服务器日志。
error-transport = 无法连接服务器：{ $reason }。
error-throttled = { $seconds ->
   *[other] 尝试次数过多；请在 { $seconds } 秒后重试。
}
error-sign-in-first = 请先登录。
error-that-address-and-password-do-not-match = 邮箱地址与密码不匹配。
error-not-found = 该内容不存在。
error-no-such-key = 该密钥不存在。
error-no-such-upstream = 该上游不存在。
error-no-such-model-route = 此模型路由不存在。
error-no-such-provider = 此提供商不存在。
error-no-such-request = 该请求不存在。
error-no-such-overview = 该概览不存在。
error-no-such-audit-record = 该审计记录不存在。
error-no-such-job = 该作业不存在。
error-no-such-run = 该次运行不存在。
error-no-such-user = 该用户不存在。
error-no-such-person = 该人员不存在。
error-no-such-page = 该页面不存在。

# --- 错误，按代码 ---
error-name-taken = 已有同名的上游；请换一个名称。
error-email-taken = 已有使用此邮箱地址的用户。
error-stale = 内容已被更改；请重新查看后再操作。
error-key-revoked = 此密钥已吊销；请创建新的密钥。
error-row-tampered = 数据已损坏，不再使用：请将其终止、删除，或从备份恢复。详情：{ $sentence }
error-account-damaged = 此操作所需的一行数据库记录已损坏；请从备份恢复。
error-project-damaged = { error-account-damaged }
error-installation-damaged = { error-account-damaged }
error-audit-head-damaged = 审计日志的头部已被更改；详情请运行 keywright audit verify。
error-job-interrupted = 此次运行被中断，将会继续。
error-invalid-page-too-deep = 按页码翻页到第 10000 行为止；之后请使用 cursor，即上一页的 next_cursor。
error-invalid-form = 无法读取此表单：{ $reason }。
error-invalid-query = 无法读取此地址：{ $reason }。
error-invalid = 无法读取提交的数据：{ $sentence }

# --- 可用值的列表 ---
list-next = { $first }、{ $next }
list-or = { $first } 或 { $last }

# --- 字段，按代码 ---
field-entry = { $entry }：{ $sentence }
field-required = 此项必填。
field-unknown-field = { $known ->
    [none] 没有这个字段，也没有其他字段。
   *[other] 没有这个字段；可用的有：{ $known }。
}
field-duplicate-field = 此字段只能出现一次。
field-wrong-type = 值的类型不对，应为：{ $expected }。
field-time-zone = 请使用 IANA 时区数据库中的名称，例如 Europe/Rome。
field-whole-number = 请填写整数。
field-whole-number-or-none = 请填写整数；留空表示不限。
field-unfit = 此处不能使用这个值。
field-no-parameters = 此路径不接受参数。
field-length = 长度应为 { $min } 到 { $max } 个字符。
field-too-long = 最多 { $max } 个字符。
field-invisible-characters = 请去掉换行符和不可见字符（控制字符、双向字符、零宽字符）。
field-range = 取值应为 { $min } 到 { $max }。
field-limit-range = 取值应为 { $min } 到 { $max }；留空（JSON 中为 null）表示不限。
field-days-range = 天数应为 { $min } 到 { $max }；不填表示永不到期。
field-page-number = 页码从 1 开始。
field-one-of = 请使用 { $allowed }。
field-not-an-id = 不是此类 ID：应为 { $prefix }_ 加 26 个字符。
field-instant = 请使用 RFC 3339 格式，例如 { $example }。
field-not-both = { $one } 和 { $other } 只能填一个。
field-in-the-past = 请选择将来的时间。
field-span = 请从列出的期限中选择。
field-too-many = 最多 { $max } 项。
field-model-pattern = 模型名应为 1 到 256 个可见字符，* 代表任意一段字符，例如 gpt-*。
field-tag = 标签应为 1 到 { $max } 个可见字符，不含逗号。
field-json-object = 请填写 JSON 对象，例如 { $example }。
field-too-large = 最多 { $max } 字节。
field-network = 请填写地址或网段，例如 10.4.12.0/24。
field-network-prefix = { $family } 网段以 /0 到 /{ $max } 结尾。您是否想填 { $suggestion }？
field-base-url = { $reason ->
    [scheme] 请以 https:// 开头（自有网络内可用 http://）。
    [user_info] 请去掉用户名和密码；机密有单独的输入框。
    [query] 请去掉 ? 或 # 及其后的全部内容。
    [host] 主机应为名称、IPv4 地址，或方括号中的 IPv6 地址。
    [port] 端口应为 1 到 65535 之间的数字。
    [path] 路径只能包含字母、数字和 - . _ ~，各段之间用单个斜杠分隔。
   *[length] 最多 2048 个字符。
}
field-base-url-missing = 请填写服务器的位置，例如 http://127.0.0.1:11434/v1。
field-unknown-provider = 没有这个提供商；请使用 { $known }。
field-dialect-not-spoken = 该提供商不支持 { $dialect } 协议。
field-header-field = 请使用请求头名称和一行可见文本；凭据和连接相关的字段在别处设置。
field-certificates = 请粘贴 PEM 格式的证书，从 BEGIN CERTIFICATE 到 END CERTIFICATE。
field-secret-again = 地址有变，请重新粘贴 API 密钥：已保存的机密绝不会发往别处。
field-not-available = 此项尚不可用；请留空。
field-burst-without-rate = 突发上限需要每分钟、每小时或每天的限制来确定速率。
field-at-least-one = 请至少提供一个。
field-echo-base-url = 地址 echo: 只用于提供商 Echo。
field-secret-missing = 请粘贴提供商的 API 密钥。
field-secret-shape = 机密是一行可见的 ASCII 字符，不含空格；请重新粘贴。
field-echo-secret = echo 上游不需要机密。
field-status = 请填写状态码（如 429）或一类状态码（如 4xx）。
field-cursor = 请原样使用上一页的 next_cursor。
field-no-such = { $noun ->
    [project] 该项目不存在。
    [upstream] 该上游不存在。
    [key] 该密钥不存在。
    [user] 该用户不存在。
   *[other] 该内容不存在：{ $noun }。
}
field-name-taken = { $noun ->
    [upstream] 已有同名的上游；请换一个名称。
    [key] 已有同名的密钥；请换一个名称。
   *[other] 此名称已被使用（{ $noun }）；请换一个名称。
}
field-email = 请填写邮箱地址，例如 name@example.org。
field-unknown-email = 没有使用此邮箱地址的用户。
field-password = 这个密码不可用：{ $advice }
field-setup-token = 这不是初始化令牌；请从运行 keywright serve 的地方复制。
field-cursor-of-other-sort = 此游标属于另一种排序；请不带游标重新开始。
field-forbidden-address = 这个地址不可用：{ $reason }

# --- A ---
key-name = 名称
key-name-hint = 给人看的：显示在日志和列表中。
key-env = 环境
key-env-live = 生产
key-env-test = 测试
key-expires = 到期
key-expires-in = { $count ->
       *[other] { $count } 天后 · { $date }
    }
key-expires-never = 永不
key-limits = 限制与访问
key-limits-note = 所有模型、所有上游、任意地址
key-per-minute = 每分钟请求数
key-per-minute-hint = 留空表示不限制。
key-per-hour = 每小时请求数
key-per-day = 每天请求数
key-burst = 突发上限
key-burst-hint = 在速率生效之前可同时到达的请求数。
key-concurrency = 并发请求数
key-concurrency-hint = 可同时进行的请求数。
key-may = 权限
key-may-hint = 全选或都不选：可读可写。
key-may-read = 读
key-may-write = 写
key-scopes = 范围
key-scopes-hint = 允许的用途。都不选表示全部。
key-models = 模型
key-models-hint = 名称或带 * 的模式。留空表示所有模型。
key-addresses = 地址
key-addresses-hint = 允许从哪些地址或网段使用。留空表示不限。
key-notes = 备注
key-notes-note = 描述、标签、元数据
key-description = 描述
key-description-hint = 用一两句话说明用途。
key-tags = 标签
key-tags-example = 搜索团队, 生产
key-tags-hint = 用于给密钥分组的词，以逗号分隔。
key-metadata = 元数据
key-metadata-hint = 供您自己的程序读取的 JSON 对象。
key-create = 创建密钥
key-cancel = 取消
key-summary = 摘要
key-upstreams = 上游
key-upstreams-hint = 一个也不勾选表示所有上游。
key-plain-words = 简单来说
key-terminal = 在终端中的等效命令
key-new = 新建密钥
key-new-crumb = 新建
key-new-lead = 回答三个问题即可，其余都有合理的默认值。
key-ready = { $name } 已就绪
error-under-way = 此表单正在处理中，请到“密钥”中查看。
error-unknown-intent = 请使用页面上的按钮。
key-shown-once = 密钥只在创建时显示过一次；如果已丢失，请吊销它并新建一个。
key-permissions = 此密钥可以做什么
key-asleep-disabled = 目前已停用：使用它的所有请求都会被拒绝。
key-asleep-expired = 已过期：使用它的所有请求都会被拒绝。
key-asleep-damaged = 已损坏：使用它的所有请求都会被拒绝。请吊销它，或从备份恢复。
key-asleep-damaged-because = 已损坏（{ $damage }）：使用它的所有请求都会被拒绝。请吊销它，或从备份恢复。
key-asleep-leaked = 已吊销，因为可能已被他人知晓：使用它的所有请求都会被永久拒绝。
key-asleep-not-needed = 已吊销，因为不再需要：使用它的所有请求都会被永久拒绝。
key-asleep-owner-left = 已吊销，因为其所有者已离开：使用它的所有请求都会被永久拒绝。
key-asleep-revoked = 已吊销：使用它的所有请求都会被永久拒绝。
key-created = { $when }创建
key-disable = 停用
key-enable = 启用
key-no-limit = 不限制
key-limit-note = 每分钟最多 { $shown } 次
key-no-end = 未设置到期时间
key-never = 从未
key-env-test-note = 测试密钥
key-env-live-note = 生产密钥
key-revoke = 吊销
key-requests-24h = 24 小时请求数
key-addresses-24h = 24 小时地址数
key-addresses-note = 使用过它的地址
key-last-request = 上次请求
key-recent = 最近的请求
key-recent-all = 在日志中查看全部
key-recent-none = 还没有使用此密钥的请求。
key-recent-caption = 使用此密钥的最近请求
reveal-lead = 请立即复制密钥。它只显示这一次，系统只保存其哈希值。
reveal-key = 完整密钥
reveal-snippets = 调用网关的方式
reveal-snippet = { $name } 示例
reveal-stored = 我已保存此密钥
reveal-done = 完成
reveal-ask = 不保存密钥就关闭？它无法再次显示。
reveal-keep = 保持打开
reveal-leave = 仍然关闭
key-tokens = { $count ->
       *[other] { $shown } 个 token
    }
first-request-waiting = 正在等待第一个请求…
first-request-later = 使用此密钥的第一个请求会出现在日志中。
first-request-logs = 打开日志
first-request-received = 已收到第一个请求。
first-request-refused = 第一个请求被拒绝。
first-request-log = 打开日志
key-sentence-no-name = 此密钥
key-sentence = { $name } 可从 { $addresses } 通过 { $upstreams } 调用 { $models }，{ $pace }，{ $end }。
key-sentence-without-name = 从 { $addresses } 通过 { $upstreams } 调用 { $models }，{ $pace }，{ $end }。
key-sentence-every-model = 所有模型
key-sentence-every-upstream = 所有上游
key-sentence-any-address = 任意地址
key-sentence-pace = { $count ->
       *[other] { $open }每分钟最多 { $shown } 次请求{ $close }
    }
key-sentence-no-pace = 不限速
key-sentence-until = 有效期至 { $day }
key-sentence-no-end = 永不过期
list-two = { $one } 和 { $two }
list-three = { $one }、{ $two } 和 { $three }
list-more = { $one }、{ $two } 及{ $more }
list-rest = 其余 { $shown } 项
