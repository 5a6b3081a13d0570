package models

// The catalogue: every refusal the system gives. Codes are stable; the sentence says what, why and what next.

// General refusals.
var (
	ErrInternal    = &Error{Kind: Internal, Code: "internal", EN: "something went wrong on our side", ZH: "系统出了点问题，我们已记录。请稍后再试，或回复“人工”。"}
	ErrUnavailable = &Error{Kind: Unavailable, Code: "unavailable", EN: "busy, try again", ZH: "现在人多或正在维护，请过几秒再试一次，不会重复办理。"}
	ErrInvalid     = &Error{Kind: Invalid, Code: "invalid_request", EN: "the request is malformed", ZH: "没看懂这次提交的内容：%s。请改好后再试。"}
	ErrUnsigned    = &Error{Kind: Unsigned, Code: "unsigned", EN: "sign in first", ZH: "请先登录再办理。"}
	ErrForbidden   = &Error{Kind: Forbidden, Code: "forbidden", EN: "this role may not do that", ZH: "您的账号没有这项权限，需要时请找本单位的管理员。"}
	ErrNotFound    = &Error{Kind: NotFound, Code: "not_found", EN: "not found", ZH: "没有找到%s，请核对后再试。"}
	ErrTooMany     = &Error{Kind: TooMany, Code: "too_many", EN: "too many requests", ZH: "操作太频繁了，请过一会儿再试。"}
	ErrCSRF        = &Error{Kind: Forbidden, Code: "csrf", EN: "the form has expired or came from another site", ZH: "页面放得太久了，请刷新后再提交一次。"}
	ErrKeyReused   = &Error{Kind: Conflict, Code: "idempotency_key_reused", EN: "this Idempotency-Key was used with another body", ZH: "这个请求编号已用于另一项内容，请换一个编号再提交。"}
	ErrStale       = &Error{Kind: Conflict, Code: "stale", EN: "it has changed in the meantime", ZH: "内容刚刚被别人改过，请刷新后再操作。"}
	ErrTooLarge    = &Error{Kind: Invalid, Code: "too_large", EN: "the body is too large", ZH: "内容太大了（上限%s），请缩小后再试。"}
)

// Signing in.
var (
	ErrWrongPassword = &Error{Kind: Unsigned, Code: "wrong_password", EN: "login or password is wrong", ZH: "账号或密码不对，请核对后再试。连续输错5次会锁定15分钟。"}
	ErrLocked        = &Error{Kind: TooMany, Code: "account_locked", EN: "too many wrong passwords", ZH: "密码输错次数太多，请%s后再试，或请管理员重设密码。"}
	ErrWeakPassword  = &Error{Kind: Invalid, Code: "weak_password", EN: "the password must have 10 to 128 characters", ZH: "密码要10到128个字符，请换一个长一点的。"}
	ErrLoginTaken    = &Error{Kind: Conflict, Code: "login_taken", EN: "the login is taken", ZH: "账号名“%s”已有人用，请换一个。"}
)

// Who a resident is.
var (
	ErrConsentNeeded  = &Error{Kind: Conflict, Code: "consent_needed", EN: "consent has not been given", ZH: "还没有取得您的同意，不能办理。请先看说明并选择“同意”。"}
	ErrNoController   = &Error{Kind: Conflict, Code: "controller_unset", EN: "nobody is named who answers for personal data", ZH: "负责处理个人信息的单位还没有登记，暂时不能办理。请工作人员先在“活动设置”里填写负责单位和联系方式。"}
	ErrIdentityNeeded = &Error{Kind: Conflict, Code: "identity_needed", EN: "no document has been given yet", ZH: "还不知道您是谁。请先登记证件号码和姓名。"}
	ErrBoundElsewhere = &Error{Kind: Conflict, Code: "bound_elsewhere", EN: "this record is bound to another session", ZH: "这个证件已在另一部手机或浏览器登记过。为保护本人信息，请在原来的聊天里回复“绑定”取得8位验证码，再在这里输入；或回复“人工”请工作人员核对。"}
	ErrAlreadyBound   = &Error{Kind: Conflict, Code: "already_bound", EN: "this session already belongs to another person", ZH: "这个聊天已登记为%s。要给别人领，请用他本人的手机，或回复“人工”。"}
	ErrWrongLinkCode  = &Error{Kind: Invalid, Code: "wrong_link_code", EN: "the one-time code is wrong or has lapsed", ZH: "验证码不对或已过期（10分钟内有效），请在原来的聊天里重新取一个。"}
	ErrNameMismatch   = &Error{Kind: Conflict, Code: "name_mismatch", EN: "the name does not match the record", ZH: "姓名和这个证件登记的不一致，请核对后再试；确有改名请回复“人工”。"}
	ErrNameInvalid    = &Error{Kind: Invalid, Code: "name_invalid", EN: "a name has 2 to 30 characters", ZH: "姓名要2到30个字，只能有汉字、字母和间隔点。请按证件上的写法再发一次。"}
	ErrErased         = &Error{Kind: Conflict, Code: "erased", EN: "the record was erased", ZH: "您的信息已按要求删除。要再办理，请重新登记。"}
)

// Eligibility and claims. As reasons of a decision they carry the programme's clause.
var (
	ErrNotEligible     = &Error{Kind: Conflict, Code: "not_eligible", EN: "not eligible", ZH: "目前还不能享受这项优惠：%s"}
	ErrUndecided       = &Error{Kind: Conflict, Code: "undecided", EN: "an officer has yet to decide", ZH: "您的资格还在等工作人员核对，核好后会在这里通知您。"}
	ErrEvidenceUnasked = &Error{Kind: Conflict, Code: "evidence_not_needed", EN: "no evidence is needed", ZH: "您的资格已经有结果，不用再交材料。"}
	ErrPhoto           = &Error{Kind: Invalid, Code: "photo_invalid", EN: "the photo cannot be read", ZH: "这张照片打不开。请发JPG或PNG格式、8MB以内的照片。"}
	ErrOfferClosed     = &Error{Kind: Conflict, Code: "offer_closed", EN: "the offer is not open", ZH: "这个景区的优惠暂停办理，请换一个景区或改天再看。"}
	ErrQuotaFull       = &Error{Kind: Exhausted, Code: "quota_full", EN: "the day's quota is used up", ZH: "%s的名额已领完，请换一天。"}
	ErrDuplicateClaim  = &Error{Kind: Conflict, Code: "already_claimed", EN: "a live voucher for this spot and day exists", ZH: "您这一天这个景区的券已经领过了，一天一张。回复“我的券”就能看到；要再去，请选别的日子。"}
	ErrVoucherState    = &Error{Kind: Conflict, Code: "voucher_not_cancellable", EN: "the voucher is not open any more", ZH: "这张券已经%s，不能再取消。"}
	ErrUndoLate        = &Error{Kind: Conflict, Code: "undo_too_late", EN: "only the same staff may undo, within 15 minutes", ZH: "只能由原检票员在15分钟内撤销这次放行。"}
	ErrTokenInvalid    = &Error{Kind: Invalid, Code: "invalid", EN: "not a voucher code of ours", ZH: "这不是本系统的券码，请游客打开“我的券”重新出示。"}
	ErrTokenForged     = &Error{Kind: Invalid, Code: "bad_signature", EN: "the signature does not hold", ZH: "券码校验不过，可能被改过。请游客打开“我的券”重新出示。"}
	ErrOfferSettings   = &Error{Kind: Invalid, Code: "offer_settings", EN: "an offer setting is out of range", ZH: "设置不对：%s"}
	ErrCaseClosed      = &Error{Kind: Conflict, Code: "case_closed", EN: "the case is already decided", ZH: "这个申请已有结果，请刷新列表。"}
	ErrRosterFile      = &Error{Kind: Invalid, Code: "roster_file", EN: "the roster cannot be read", ZH: "名册读不出来：%s。请用带表头的CSV（姓名、证件类型、证件号码、镇街、村社），UTF-8或GB18030编码。"}
)

// The shop.
var (
	ErrBasketEmpty    = &Error{Kind: Conflict, Code: "basket_empty", EN: "the basket is empty", ZH: "购物篮还是空的，先挑点特产吧。"}
	ErrQuantity       = &Error{Kind: Invalid, Code: "quantity", EN: "quantity must be a whole number from 1 to 99", ZH: "数量要是1到99的整数，请改一下。"}
	ErrNotListed      = &Error{Kind: Conflict, Code: "not_listed", EN: "the product is not on sale", ZH: "“%s”现在没有上架，请从购物篮里去掉。"}
	ErrOutOfStock     = &Error{Kind: Exhausted, Code: "out_of_stock", EN: "not enough stock", ZH: "“%s”只剩%d%s，不够您要的数量，请改少一点或换一种。"}
	ErrPriceChanged   = &Error{Kind: Conflict, Code: "price_changed", EN: "the price has changed", ZH: "价格有变：现在合计%s，请看过再下单。"}
	ErrTooManyHolds   = &Error{Kind: TooMany, Code: "too_many_unpaid", EN: "too many unpaid orders", ZH: "您还有%d笔没付款的订单，请先付款或取消，再下新单。"}
	ErrAddress        = &Error{Kind: Invalid, Code: "address_invalid", EN: "the address is incomplete", ZH: "收货信息不完整：%s"}
	ErrOrderState     = &Error{Kind: Conflict, Code: "order_state", EN: "the order's state forbids it", ZH: "订单现在是“%s”，不能%s。"}
	ErrPaymentForged  = &Error{Kind: Unsigned, Code: "payment_signature", EN: "the notice's signature does not hold", ZH: "支付通知校验不过。"}
	ErrAmount         = &Error{Kind: Conflict, Code: "payment_amount", EN: "the amount differs from what is due", ZH: "支付金额与应付金额不一致，已记账并等工作人员核对，您的钱不会丢。"}
	ErrTracking       = &Error{Kind: Invalid, Code: "tracking_invalid", EN: "carrier or tracking number is not plausible", ZH: "快递公司或单号不对：%s"}
	ErrTrackingTaken  = &Error{Kind: Conflict, Code: "tracking_taken", EN: "another supplier used this number", ZH: "这个快递单号已被别家用过，请核对面单。"}
	ErrShipTooMuch    = &Error{Kind: Conflict, Code: "ship_too_much", EN: "more than was ordered", ZH: "发货数量比订单多，请核对。"}
	ErrStockBelow     = &Error{Kind: Conflict, Code: "stock_below_reserved", EN: "stock cannot fall below what is reserved", ZH: "库存不能少于已被订走的%d，请先处理这些订单。"}
	ErrProductInvalid = &Error{Kind: Invalid, Code: "product_invalid", EN: "a product field is out of range", ZH: "商品信息不对：%s"}
	ErrMessageEmpty   = &Error{Kind: Invalid, Code: "message_empty", EN: "the message is empty or too long", ZH: "留言要有1到1000个字，请写一句您要问的事。"}
)

// Listing of products.
var (
	ErrListing   = &Error{Kind: Conflict, Code: "listing_state", EN: "the listing's state forbids it", ZH: "商品现在是“%s”，不能改成“%s”。请刷新后再看。"}
	ErrNoPacks   = &Error{Kind: Conflict, Code: "no_packs", EN: "a product needs a pack on sale before it is listed", ZH: "这个商品还没有在售的规格，请先填好规格和价格再提交。"}
	ErrStockSet  = &Error{Kind: Invalid, Code: "stock_invalid", EN: "stock must be a whole number from 0 to 1,000,000", ZH: "库存要填0到1000000的整数。"}
	ErrNoAddress = &Error{Kind: Conflict, Code: "address_needed", EN: "no address has been given yet", ZH: "还没有收货地址，请先填收货人、手机和地址。"}
)

// Gates.
var (
	ErrOtherSpot = &Error{Kind: Forbidden, Code: "other_spot", EN: "this account scans at another spot", ZH: "您的账号不在这个景区检票。请换回自己的景区，或请管理员给账号改设景区。"}
)

// Suppliers.
var (
	ErrSupplier = &Error{Kind: Invalid, Code: "supplier_invalid", EN: "a field of the supplier is missing or out of range", ZH: "供应商信息不对：%s"}
)

// One-time codes.
var (
	ErrLinkTries = &Error{Kind: TooMany, Code: "too_many_codes", EN: "too many wrong one-time codes", ZH: "验证码试错的次数太多了。请过10分钟再试，或回复“人工”请工作人员核对。"}
)

// Chats and the pages opened from them.
var (
	ErrTicket   = &Error{Kind: NotFound, Code: "ticket_lapsed", EN: "the link from the chat was used or has lapsed", ZH: "这个链接用过了或过期了（30分钟内有效，只能用一次）。请回到聊天里，再说一次要办的事，会给您新的链接。"}
	ErrNotBound = &Error{Kind: Conflict, Code: "not_bound", EN: "nothing is bound to this chat", ZH: "这个聊天没有绑定任何人，不用解绑。"}
)
